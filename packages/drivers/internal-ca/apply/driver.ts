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
import { type Issued, issue } from '../authority/authority.ts';
import { fail } from '../errors.ts';
import { internalCaObserver } from '../observe/observe.ts';
import type { InternalCaSettings } from '../settings.ts';

/** The node's own certificate authority as a driver. Roots are made one at a time. */
export function internalCaDriver(settings: InternalCaSettings): Driver<ReadHost, Host> {
  let last: Promise<unknown> = Promise.resolve();
  return {
    ...internalCaObserver(settings),
    async apply({ host }, action) {
      const hostname = action.key.slice('certificate/'.length);
      const path = storedPath(settings.certificatesDir, hostname);
      if (action.kind !== 'certificate' || path === undefined) throw unknown(action.id, action.key);
      switch (action.verb) {
        case 'create':
        case 'update': {
          const { spec } = action.args as unknown as CertificateArgs;
          const turn = last.catch(() => undefined).then(() => issue(host, settings, spec));
          last = turn;
          await store(host, path, { issued: await turn, spec, services: action.services });
          return undefined;
        }
        case 'delete': {
          const text = await host.files.text(path, { maxBytes: 262_144 });
          if (text !== undefined && storedBy(text) !== undefined) await host.files.remove(path);
          return undefined;
        }
        default:
          throw unknown(action.id, action.key);
      }
    },
  };
}

interface Fresh {
  readonly issued: Issued;
  readonly spec: CertificateSpec;
  readonly services: readonly string[];
}

/** What would not be believed is never put in the place of what is. */
async function store(host: Host, path: string, { issued, services, spec }: Fresh): Promise<void> {
  const text = formatStored({ issuer: 'internal-ca', services, ...issued });
  const bundle = readBundle(text);
  if (bundle === undefined || bundle.trouble !== undefined || bundle.leaf.names.join() !== wantedNames(spec).join()) {
    throw fail('CA_DAMAGED', {
      message: `sign for ${spec.hostname}`,
      key: `certificate/${spec.hostname}`,
      actual: bundle?.trouble ?? 'it carries other names',
    });
  }
  const dir = path.slice(0, path.lastIndexOf('/'));
  await host.files.makeDir(dir, { mode: 0o700 });
  await host.files.write(path, text, { mode: 0o600 });
}

function unknown(id: string, key: string) {
  return fail('CA_VERB', { message: `apply ${id}`, key });
}
