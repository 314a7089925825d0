import { fail } from '../errors.ts';
import type { CaddyTable } from '../table/table.ts';

export interface CaddySettings {
  /** Unix socket of the admin API. */
  readonly admin: string;
  /** The node's store: one file per name, with its key. */
  readonly certificatesDir: string;
}

/** sun_path holds 108 bytes with its end (unix(7)). */
const longestSocketPath = 107;

/** @throws CADDY_SETTINGS */
export function caddySettings(table: CaddyTable, places: { readonly certificatesDir: string }): CaddySettings {
  if (table.admin.length > longestSocketPath) {
    throw fail('CADDY_SETTINGS', {
      message: `use ${table.admin} as Caddy's admin socket`,
      wanted: `at most ${longestSocketPath} characters`,
      actual: `${table.admin.length}`,
      hint: 'set admin in [drivers.caddy]',
    });
  }
  return { admin: table.admin, certificatesDir: places.certificatesDir };
}
