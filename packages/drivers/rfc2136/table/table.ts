import { z } from 'zod';

/** `[drivers.rfc2136."example.com"]` of node.toml: one table a zone. Keys are only ever added. */
export const rfc2136Table = z.strictObject({
  /** The primary server, by address: nothing here may need a name to be resolved first. */
  server: z
    .string()
    .regex(
      /^(\d+\.\d+\.\d+\.\d+|\[[0-9a-fA-F:]+\])(:\d{1,5})?$/,
      'an address, such as "192.0.2.53" or "[2001:db8::53]:53"',
    ),
  /** As `tsig-keygen` prints it; readable for us alone. */
  key_file: z.string().regex(/^\/[^\0\n]+$/, 'an absolute path'),
  /** Seconds that others may keep a record. */
  ttl: z.int().min(0).max(86_400).default(60),
  /** The longest one exchange may take. */
  timeout: z
    .string()
    .regex(/^[1-9]\d?s$/, 'seconds, such as "5s"')
    .default('5s'),
});

export type Rfc2136Table = z.infer<typeof rfc2136Table>;
