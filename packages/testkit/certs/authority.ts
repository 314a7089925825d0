import type { Action, Json, Verb } from '@reconcile/core';
import type { CertificateArgs, CertificateSpec, Issuer } from '@reconcile/core/kinds/certificate';
import { type InternalCaSettings, internalCaDriver, readRoots, trusted } from '@reconcile/drivers/internal-ca';
import type { Host } from '@reconcile/host';
import { bareContext } from '../proxy/context.ts';

/** A name, or a wildcard with its domain. */
type Asked = Pick<CertificateSpec, 'hostname' | 'withApex'>;

/** What a plan would ask of an issuer. */
export function certificateAction(asked: string | Asked, verb: Verb, issuer: Issuer = 'internal-ca'): Action {
  const { hostname, ...apex } = typeof asked === 'string' ? { hostname: asked } : asked;
  const key = `certificate/${hostname}` as const;
  const zone = hostname.slice(hostname.indexOf('.') + 1);
  const args: CertificateArgs | { issuer: Issuer } =
    verb === 'delete' ? { issuer } : { spec: { hostname, issuer, zone, ...apex } };
  return {
    id: `${key}#${verb}`,
    key,
    slot: key,
    services: [hostname.split('.')[0] ?? 'web'],
    kind: 'certificate',
    verb,
    phase: verb === 'delete' ? 'retire' : 'make',
    needs: [],
    args: args as unknown as Json,
    risk: 'safe',
    reason: { code: 'Missing' },
    timeoutMs: 30_000,
  };
}

/** A node's own CA over some directories, as its driver runs it. */
export class TestAuthority {
  readonly settings: InternalCaSettings;
  readonly #host: Host;

  constructor(host: Host, places: { readonly root: string; readonly certificatesDir: string }) {
    this.#host = host;
    this.settings = {
      dir: `${places.root}/internal-ca`,
      certificatesDir: places.certificatesDir,
      node: 'rift',
      leafDays: 90,
    };
  }

  /** Makes, or renews, the certificate of each name, in the node's store. */
  async sign(...asked: readonly (string | Asked)[]): Promise<void> {
    const driver = internalCaDriver(this.settings);
    for (const one of asked) await driver.apply(bareContext<Host>(this.#host), certificateAction(one, 'create'));
  }

  /** PEM of all roots that are to be trusted. */
  async root(): Promise<string> {
    return trusted(await readRoots(this.#host, this.settings), this.#host.clock.now());
  }
}
