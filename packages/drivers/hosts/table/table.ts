import { z } from 'zod';

/** `[drivers.hosts]` of node.toml. Keys are only ever added. */
export const hostsTable = z.strictObject({
  /** The directory that dnsmasq has as `hostsdir`. */
  dir: z.string().regex(/^\/[^\0\n]*[^/\0\n]$/, 'an absolute path'),
  /** Names may be written below these domains only; absent: wherever fleet.toml says `driver = "hosts"`. */
  zones: z.array(z.string().min(1)).optional(),
  /** Where it answers, for `dns list`: `127.0.0.1:53`. */
  server: z
    .string()
    .regex(/^(\d+\.\d+\.\d+\.\d+|\[[0-9a-fA-F:]+\]):\d{1,5}$/, 'address:port, such as "127.0.0.1:53"')
    .optional(),
});

export type HostsTable = z.infer<typeof hostsTable>;
