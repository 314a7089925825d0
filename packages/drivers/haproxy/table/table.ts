import { z } from 'zod';
import { plainPath } from '../record/names.ts';

const absolutePath = z.string().regex(plainPath, 'an absolute path of letters, digits and ._-@+/');

const place = z
  .string()
  .regex(/^(?:[\d.]{7,15}|\[[0-9a-f:]{2,39}\]):\d{1,5}$/, 'address:port, such as "127.0.0.1:8404"');
const loopback = /^(?:127\.[\d.]+|\[::1\]):/;

/** Numbers for Prometheus at `/metrics`. They name every service: other machines see them only where that is said. */
const metrics = z
  .union([place, z.strictObject({ bind: place, public: z.boolean().default(false) })])
  .transform((given) => (typeof given === 'string' ? { bind: given, public: false } : given))
  .refine(({ bind, public: isPublic }) => isPublic || loopback.test(bind), {
    message: 'not an address of this machine alone: say { bind = "…", public = true } if that is meant',
  });

/** What belongs to an existing HAProxy, and what to one of ours. */
const onlyAttached = ['stats_socket', 'master_socket'] as const;
const onlyManaged = ['run_dir', 'hard_stop_after', 'maxconn', 'metrics'] as const;

/** `[drivers.haproxy]` of node.toml. Keys are only ever added. */
export const haproxyTable = z
  .strictObject({
    /** Ours to start, reload and stop. false: one that runs already and loads our directory beside its own files. */
    managed: z.boolean().default(true),
    binary: z
      .string()
      .regex(/^[\w./@+-]+$/)
      .default('haproxy'),
    /** Configuration, maps and our record. Default `<state_dir>/haproxy`. */
    dir: absolutePath.optional(),
    /** Sockets. Default below the user's runtime directory, one for each `dir`. */
    run_dir: absolutePath.optional(),
    /** The longest that connections of an old worker may last after a reload or a stop. Default 45s. */
    hard_stop_after: z
      .string()
      .regex(/^[1-9]\d{0,3}s$/, 'seconds, such as "45s"')
      .optional(),
    /** PEM of those who are believed where `backend_tls` verifies; absent: whom this machine believes. */
    backend_ca: absolutePath.optional(),
    /** Most connections at once; absent: as many as the limit of open files allows. */
    maxconn: z.int().min(16).max(1_000_000).optional(),
    metrics: metrics.optional(),
    /** Of an existing HAProxy: its `stats socket`, level admin. */
    stats_socket: absolutePath.optional(),
    /** Of an existing HAProxy: its master's socket (`-S`). */
    master_socket: absolutePath.optional(),
  })
  .superRefine((table, cx) => {
    const [needed, refused] = table.managed ? [[], onlyAttached] : [onlyAttached, onlyManaged];
    for (const key of needed) {
      if (table[key] === undefined)
        cx.addIssue({ code: 'custom', path: [key], message: 'needed where managed = false' });
    }
    for (const key of refused) {
      if (table[key] === undefined) continue;
      const message = table.managed
        ? 'only where managed = false'
        : "an existing HAProxy's own configuration says this";
      cx.addIssue({ code: 'custom', path: [key], message });
    }
  });

export type HaproxyTable = z.infer<typeof haproxyTable>;
