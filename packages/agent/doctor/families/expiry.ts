import { X509Certificate } from 'node:crypto';
import type { Examined } from '../examined.ts';
import { type Finding, finding } from '../finding.ts';

const dayMs = 86_400_000;
/** Certificates are renewed at a third of their life; when this is left, that did not happen. */
const certificateDays = 14;
const tokenDays = 30;

/** Certificates on this node, roots included, and tokens: what ends soon. */
export async function expiry({ config, host, tokens = [] }: Examined): Promise<Finding[]> {
  const now = host.clock.now();
  const dirs = config === undefined ? [] : [`${config.stateDir}/certificates`, `${config.stateDir}/internal-ca`];
  const lists = await Promise.all(
    dirs.map(async (dir) =>
      ((await host.files.list(dir).catch(() => undefined)) ?? []).map((name) => `${dir}/${name}`),
    ),
  );
  const certificates = await Promise.all(lists.flat().map((path) => firstCertificate(host, path)));
  return [
    ...certificates.flatMap((one) => (one === undefined ? [] : ending(one, now))),
    ...tokens.flatMap(({ endsAt, name }) => {
      const days = Math.floor((endsAt - now) / dayMs);
      if (days >= tokenDays) return [];
      return [
        finding('TOKEN_ENDS', days < 0 ? 'error' : 'warning', {
          what: `token ${name}`,
          wanted: `${tokenDays} days left`,
          actual: leftText(days),
          fix: 'reconcile token create, give the new one out, reconcile token revoke the old one',
        }),
      ];
    }),
  ];
}

interface Ending {
  readonly path: string;
  readonly names: string;
  readonly notAfter: number;
}

async function firstCertificate(host: Examined['host'], path: string): Promise<Ending | undefined> {
  const text = await host.files.text(path, { maxBytes: 1_000_000 }).catch(() => undefined);
  const pem = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(text ?? '')?.[0];
  if (pem === undefined) return undefined;
  try {
    const leaf = new X509Certificate(pem);
    const names = (leaf.subjectAltName ?? leaf.subject).replace(/DNS:/g, '').replace(/\n/g, ' ');
    return { path, names, notAfter: Date.parse(leaf.validTo) };
  } catch {
    return undefined;
  }
}

function ending({ names, notAfter, path }: Ending, now: number): Finding[] {
  const days = Math.floor((notAfter - now) / dayMs);
  if (days >= certificateDays) return [];
  return [
    finding('CERTIFICATE_ENDS', days < 2 ? 'error' : 'warning', {
      what: `certificate of ${names} (${path})`,
      wanted: `${certificateDays} days left`,
      actual: leftText(days),
      fix: 'reconcile cert list says why it was not renewed',
    }),
  ];
}

function leftText(days: number): string {
  return days < 0 ? `ended ${-days} d ago` : `${days} d left`;
}
