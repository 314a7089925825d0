import { z } from 'zod';

const absolutePath = z.string().regex(/^\/[^\0\n]+$/, 'an absolute path');

/** `[drivers.mcns."svc.example.net"]` of node.toml: one table a zone. Keys are only ever added. */
export const mcnsTable = z.strictObject({
  url: z.string().regex(/^https?:\/\/[^\s/?#]+$/, 'scheme, host and port only, such as "https://192.0.2.53:8443"'),
  /** A bearer token; readable for us alone. */
  token_file: absolutePath,
  /** Whom to trust instead of the machine's authorities. */
  ca_file: absolutePath.optional(),
  /** Seconds that others may keep a record. */
  ttl: z.int().min(0).max(86_400).default(60),
  /** The longest one request may take. */
  timeout: z
    .string()
    .regex(/^[1-9]\d?s$/, 'seconds, such as "5s"')
    .default('5s'),
});

export type McnsTable = z.infer<typeof mcnsTable>;
