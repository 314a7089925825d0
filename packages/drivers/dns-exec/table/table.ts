import { z } from 'zod';

const word = z.string().regex(/^[^\0]*$/);

/** `[drivers.exec."example.com"]` of node.toml: one table a zone. Keys are only ever added. */
export const dnsExecTable = z.strictObject({
  /** Program and its first arguments; the verb is added. Nothing is given to a shell. */
  command: z
    .tuple([word.regex(/^\/[^\0]+$/, 'the absolute path of a program')])
    .rest(word)
    .describe('specs/dns-exec.md'),
  /** Seconds that others may keep a record. */
  ttl: z.int().min(0).max(86_400).default(60),
  /** The longest one call may take. */
  timeout: z
    .string()
    .regex(/^[1-9]\d?s$/, 'seconds, such as "10s"')
    .default('10s'),
});

export type DnsExecTable = z.infer<typeof dnsExecTable>;
