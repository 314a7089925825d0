import { fail } from '../errors.ts';
import type { CaddyTable } from '../table/table.ts';

/** Where the certificate of a hostname and its key lie, as PEM; both may be one file. */
export interface CertificatePlace {
  readonly certificate: string;
  readonly key: string;
}

export interface CaddySettings {
  /** Unix socket of the admin API. */
  readonly admin: string;
  /** By hostname. What does not lie there is not loaded, and the name is then not answered over TLS. */
  certificateOf(hostname: string): CertificatePlace;
}

/** sun_path holds 108 bytes with its end (unix(7)). */
const longestSocketPath = 107;

/** @throws CADDY_SETTINGS */
export function caddySettings(table: CaddyTable, certificateOf: CaddySettings['certificateOf']): CaddySettings {
  if (table.admin.length > longestSocketPath) {
    throw fail('CADDY_SETTINGS', {
      message: `use ${table.admin} as Caddy's admin socket`,
      wanted: `at most ${longestSocketPath} characters`,
      actual: `${table.admin.length}`,
      hint: 'set admin in [drivers.caddy]',
    });
  }
  return { admin: table.admin, certificateOf };
}
