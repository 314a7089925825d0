import type { Driver } from '@reconcile/core';
import { type CertificateArgs, formatStored, storedBy, storedPath } from '@reconcile/core/kinds/certificate';
import type { Host, ReadHost } from '@reconcile/host';
import { fail } from '../errors.ts';
import { certFilesObserver } from '../observe/observe.ts';
import { readOffer } from '../observe/offer.ts';
import type { CertFilesSettings } from '../observe/settings.ts';

/** Certificates that others make: taken over into the node's store once they are sound, theirs never written. */
export function certFilesDriver(settings: CertFilesSettings): Driver<ReadHost, Host> {
  return {
    ...certFilesObserver(settings),
    async apply({ host }, action) {
      const hostname = action.key.slice('certificate/'.length);
      const path = storedPath(settings.certificatesDir, hostname);
      if (action.kind !== 'certificate' || path === undefined) throw unknown(action.id, action.key);
      switch (action.verb) {
        case 'create':
        case 'update': {
          const offer = await readOffer(host, settings, (action.args as unknown as CertificateArgs).spec);
          if ('trouble' in offer) {
            throw fail('CERT_FILE_UNFIT', {
              message: `take over the certificate of ${hostname}`,
              key: action.key,
              actual: offer.trouble,
            });
          }
          const { chain, key } = offer.bundle;
          await host.files.makeDir(settings.certificatesDir, { mode: 0o700 });
          const text = formatStored({ issuer: 'cert-files', services: action.services, chain, key });
          await host.files.write(path, text, { mode: 0o600 });
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

function unknown(id: string, key: string) {
  return fail('CERT_FILE_VERB', { message: `apply ${id}`, key });
}
