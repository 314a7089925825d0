import { z } from 'zod';
import { plainPath } from '../record/names.ts';

const absolutePath = z.string().regex(plainPath, 'an absolute path of letters, digits and ._-@+/');

/** `[drivers.haproxy]` of node.toml. Keys are only ever added. */
export const haproxyTable = z.strictObject({
  /** Ours to start, reload and stop. An existing HAProxy of the user cannot be attached to yet. */
  managed: z.literal(true).default(true),
  binary: z
    .string()
    .regex(/^[\w./@+-]+$/)
    .default('haproxy'),
  /** Configuration, maps and our record. Default `<state_dir>/haproxy`. */
  dir: absolutePath.optional(),
  /** Sockets. Default below the user's runtime directory, one for each `dir`. */
  run_dir: absolutePath.optional(),
  /** The longest that connections of an old worker may last after a reload or a stop. */
  hard_stop_after: z
    .string()
    .regex(/^[1-9]\d{0,3}s$/, 'seconds, such as "45s"')
    .default('45s'),
  /** PEM of those who are believed where `backend_tls` verifies; absent: whom this machine believes. */
  backend_ca: absolutePath.optional(),
  /** Most connections at once; absent: as many as the limit of open files allows. */
  maxconn: z.int().min(16).max(1_000_000).optional(),
});

export type HaproxyTable = z.infer<typeof haproxyTable>;
