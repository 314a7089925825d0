import { z } from 'zod';

/** `[drivers.caddy]` of node.toml. Keys are only ever added. */
export const caddyTable = z.strictObject({
  /** Unix socket of the admin API of a Caddy that runs already. Default `/run/caddy/admin.sock`. */
  admin: z
    .string()
    .regex(/^\/[\w./@+-]*$/, 'an absolute path of letters, digits and ._-@+/')
    .default('/run/caddy/admin.sock'),
});

export type CaddyTable = z.infer<typeof caddyTable>;
