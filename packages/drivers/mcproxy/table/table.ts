import { z } from 'zod';

/** `[drivers.mcproxy]` of node.toml. Keys are only ever added. */
export const mcproxyTable = z.strictObject({
  /** Unix socket of its admin API. */
  socket: z
    .string()
    .regex(/^\/[\w./@+-]*$/, 'an absolute path of letters, digits and ._-@+/')
    .default('/srv/mc-proxy/mc-proxy.sock'),
});

export type McproxyTable = z.infer<typeof mcproxyTable>;
