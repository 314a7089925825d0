import type { Driver } from '@reconcile/core';
import {
  type CertificateArgs,
  type CertificateSpec,
  formatStored,
  storedBy,
  storedPath,
  wantedNames,
} from '@reconcile/core/kinds/certificate';
import type { Host, ReadHost } from '@reconcile/host';
import { readBundle } from '@reconcile/host/tls';
import { fail } from '../errors.ts';
import { acmeObserver } from '../observe/observe.ts';
import type { AcmeSettings } from '../observe/settings.ts';
import { Answers } from './answers.ts';
import { translate } from './client.ts';
import { conclude, type Ordered, order } from './order.ts';
import type { Voices } from './prove.ts';

/** Certificates of an ACME server (RFC 8555) as a driver. `voices`: for nodes that write records. */
export function acmeDriver(settings: AcmeSettings, voices: Voices = {}): Driver<ReadHost, Host> {
  const ways = { answers: new Answers(), ...voices };
  return {
    ...acmeObserver(settings),
    async apply(cx, action) {
      const { host } = cx;
      const hostname = action.key.slice('certificate/'.length);
      const path = storedPath(settings.certificatesDir, hostname);
      if (action.kind !== 'certificate' || path === undefined) throw unknown(action.id, action.key);
      switch (action.verb) {
        case 'create':
        case 'update': {
          const { spec } = action.args as unknown as CertificateArgs;
          const ordered = await order(cx, settings, { spec, ways }).catch((error: unknown) => {
            throw translate(error, hostname, settings);
          });
          await store(host, path, { ordered, spec, services: action.services });
          await conclude(host, settings, hostname);
          return undefined;
        }
        case 'delete': {
          const text = await host.files.text(path, { maxBytes: 262_144 });
          if (text !== undefined && storedBy(text) !== undefined) await host.files.remove(path);
          await conclude(host, settings, hostname);
          return undefined;
        }
        default:
          throw unknown(action.id, action.key);
      }
    },
  };
}

interface Fresh {
  readonly ordered: Ordered;
  readonly spec: CertificateSpec;
  readonly services: readonly string[];
}

/** What does not fit is never put in the place of what does. @throws ACME_UNFIT */
async function store(host: Host, path: string, { ordered, services, spec }: Fresh): Promise<void> {
  const bundle = readBundle(`${ordered.chain}\n${ordered.key}`);
  const wanted = wantedNames(spec).join(', ');
  const now = host.clock.now();
  const trouble =
    bundle === undefined
      ? 'no certificate'
      : bundle.leaf.names.join(', ') !== wanted
        ? `names ${bundle.leaf.names.join(', ')}`
        : bundle.leaf.notAfter <= now
          ? 'expired already'
          : bundle.trouble;
  if (bundle === undefined || trouble !== undefined) {
    throw fail('ACME_UNFIT', {
      message: `take the certificate of ${spec.hostname}`,
      key: `certificate/${spec.hostname}`,
      wanted,
      ...(trouble === undefined ? {} : { actual: trouble }),
    });
  }
  await host.files.makeDir(path.slice(0, path.lastIndexOf('/')), { mode: 0o700 });
  const text = formatStored({ issuer: 'acme', services, chain: bundle.chain, key: bundle.key });
  await host.files.write(path, text, { mode: 0o600 });
}

function unknown(id: string, key: string) {
  return fail('ACME_VERB', { message: `apply ${id}`, key });
}
