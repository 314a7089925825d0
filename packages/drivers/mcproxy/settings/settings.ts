import { fail } from '../errors.ts';
import type { McproxyTable } from '../table/table.ts';

export interface McproxySettings {
  /** Unix socket of the admin API. */
  readonly socket: string;
  /** Our record of the routes that are ours; 0700. */
  readonly dir: string;
  readonly recordFile: string;
  /** The node's store: one file per name, with its key. */
  readonly certificatesDir: string;
}

/** sun_path holds 108 bytes with its end (unix(7)). */
const longestSocketPath = 107;

/** @throws MCPROXY_SETTINGS */
export function mcproxySettings(
  { socket }: McproxyTable,
  places: { readonly stateDir: string; readonly certificatesDir: string },
): McproxySettings {
  if (socket.length > longestSocketPath) {
    throw fail('MCPROXY_SETTINGS', {
      message: `use ${socket} as MC-Proxy's socket`,
      wanted: `at most ${longestSocketPath} characters`,
      actual: `${socket.length}`,
      hint: 'set socket in [drivers.mcproxy]',
    });
  }
  const dir = `${places.stateDir}/mcproxy`;
  return { socket, dir, recordFile: `${dir}/routes.json`, certificatesDir: places.certificatesDir };
}
