import type { Plan } from '@reconcile/core';
import { alarmOf, type CertificateSpec, type CertificateState, renewAt } from '@reconcile/core/kinds/certificate';
import { certificateOf, type RouteSpec } from '@reconcile/core/kinds/route';
import type { ReadHost } from '@reconcile/host';
import { dialOf, type IngressLook } from './listeners.ts';

/** One certificate, from all three sides. */
export interface CertificateRow {
  readonly name: string;
  readonly issuer: string;
  /** `ours`: made and renewed here; `foreign`: somebody else leaves it for us (cert-files). */
  readonly owner: 'ours' | 'foreign';
  readonly isDeclared: boolean;
  /** In the node's store; null: none. */
  readonly configured: Leaf | null;
  /** By a handshake like anybody's; null: nobody shows one for this name. */
  readonly served: Leaf | null;
  readonly renewAt: number | null;
  readonly state: string;
  readonly isWell: boolean;
}

export interface Leaf {
  /** SHA-256, hex. */
  readonly fingerprint: string;
  readonly names: readonly string[];
  readonly notAfter: number;
}

const handshakeTimeoutMs = 3000;
const dayMs = 86_400_000;

export async function listCertificates(
  look: IngressLook & { readonly plan: Plan; readonly host: ReadHost },
): Promise<CertificateRow[]> {
  const { desired, observed } = look;
  const keys = [...Object.values(desired.resources), ...Object.values(observed.resources)].flatMap(({ key, kind }) =>
    kind === 'certificate' ? [key] : [],
  );
  return Promise.all([...new Set(keys)].sort().map((key) => rowOf(look, key)));
}

async function rowOf(
  look: IngressLook & { readonly plan: Plan; readonly host: ReadHost },
  key: `${string}/${string}`,
): Promise<CertificateRow> {
  const { desired, host, observed } = look;
  const name = key.slice('certificate/'.length);
  const spec = desired.resources[key]?.spec as unknown as CertificateSpec | undefined;
  const seen = observed.resources[key]?.state as unknown as CertificateState | undefined;
  const held = seen === undefined || seen.fingerprint === '' ? null : seen;
  const served = await shownFor(look, name);
  const issuer = spec?.issuer ?? (seen?.issuer || 'internal-ca');
  const state = stateOf(look, { key, held, served, now: host.clock.now() });
  return {
    name,
    issuer,
    owner: issuer === 'cert-files' ? 'foreign' : 'ours',
    isDeclared: spec !== undefined,
    configured: held === null ? null : { fingerprint: held.fingerprint, names: held.names, notAfter: held.notAfter },
    served,
    renewAt: held === null || issuer === 'cert-files' ? null : renewAt(held),
    ...state,
  };
}

/** On the first listener that has a route with this certificate. */
async function shownFor(look: IngressLook & { readonly host: ReadHost }, name: string): Promise<Leaf | null> {
  const routes = [...Object.values(look.observed.resources), ...Object.values(look.desired.resources)].flatMap(
    ({ kind, spec }) => (kind === 'route' ? [spec as unknown as RouteSpec] : []),
  );
  const route = routes.find((one) => certificateOf(one) === name);
  const port = route?.listener;
  const dial = port === undefined ? undefined : dialOf(look, port);
  if (route === undefined || dial === undefined) return null;
  const shown = await look.host.net.handshake(dial.ip, dial.port, {
    name: route.certificate,
    timeoutMs: handshakeTimeoutMs,
  });
  if ('refused' in shown) return null;
  const { fingerprint, names, notAfter } = shown.leaf;
  return { fingerprint, names, notAfter };
}

interface Sides {
  readonly key: string;
  readonly held: CertificateState | null;
  readonly served: Leaf | null;
  readonly now: number;
}

function stateOf({ plan }: { plan: Plan }, { held, key, now, served }: Sides): { state: string; isWell: boolean } {
  const bad = (state: string) => ({ state, isWell: false });
  const unmanaged = plan.unmanaged.find((one) => one.key === key);
  if (unmanaged !== undefined) return bad(`unmanaged: ${unmanaged.why}`);
  const wait = plan.waiting.find((one) => one.key === key);
  if (wait !== undefined) return bad(`waits: ${wait.message}`);
  if (held === null) return bad('none yet');
  if (held.unfit !== undefined) return bad(held.unfit);
  if (plan.changes.some((one) => one.key === key)) return bad('to be renewed');
  if (served === null) return bad('not served');
  if (served.fingerprint !== held.fingerprint) return bad(`another one is served, for ${served.names.join(', ')}`);
  const days = Math.floor((held.notAfter - now) / dayMs);
  if (days < 0) return bad('expired');
  return alarmOf(held, now) === undefined ? { state: 'served', isWell: true } : bad(`served, ${days} d left`);
}
