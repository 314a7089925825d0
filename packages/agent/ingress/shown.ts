import type { CertificateState } from '@reconcile/core/kinds/certificate';
import type { Handshake } from '@reconcile/host/tls';

/** What came of asking, for people; `wanted` and `actual` where something is wrong. */
export interface Verdict {
  readonly isWell: boolean;
  readonly says: string;
  readonly wanted?: string;
  readonly actual?: string;
}

interface Wanted {
  readonly name: string;
  /** In the node's store; its observer has checked chain, key and issuer. */
  readonly held: CertificateState | undefined;
  readonly now: number;
}

/** The certificate that a client is shown, beside the one that it should be shown, and the answer that came with it. */
export function judgeShown(shown: Handshake | { readonly refused: string }, { held, name, now }: Wanted): Verdict {
  const by = held === undefined || held.issuer === '' ? '' : `, by ${held.issuer}`;
  const wanted = `a certificate for ${name}${by}`;
  if ('refused' in shown) return { isWell: false, says: 'shows no certificate', wanted, actual: shown.refused };
  const { fingerprint, names, notAfter } = shown.leaf;
  if (!names.some((one) => covers(one, name)))
    return { isWell: false, says: 'shows another certificate', wanted, actual: `one for ${names.join(', ')}` };
  if (notAfter <= now)
    return { isWell: false, says: 'shows an expired certificate', wanted, actual: `one that ended ${dayOf(notAfter)}` };
  if (held !== undefined && held.fingerprint !== fingerprint) {
    const of = (print: string) => print.slice(0, 12);
    const actual = `${of(fingerprint)}, until ${dayOf(notAfter)}`;
    return {
      isWell: false,
      says: 'shows another certificate of this name',
      wanted: `${of(held.fingerprint)}, until ${dayOf(held.notAfter)}`,
      actual,
    };
  }
  const { status } = shown;
  if (status === undefined)
    return { isWell: false, says: 'takes connections and does not answer', wanted: 'an answer' };
  return answered(status, `, certificate until ${dayOf(notAfter)}`);
}

/** What a gateway says for itself (RFC 9110, section 15.6) is no answer of the service; anything else is. */
export function answered(status: number, more = ''): Verdict {
  if (status >= 502 && status <= 504)
    return { isWell: false, says: `the proxy answers ${status} for it`, wanted: 'an answer of the service' };
  return { isWell: true, says: `answers ${status}${more}` };
}

/** RFC 9525, section 6.3: a wildcard stands for exactly one label. */
export function covers(shown: string, name: string): boolean {
  return shown === name || (shown.startsWith('*.') && shown.slice(2) === name.slice(name.indexOf('.') + 1));
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
