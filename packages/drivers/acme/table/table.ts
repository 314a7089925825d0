import { z } from 'zod';

/** `[drivers.acme]` of node.toml: its presence means that its owner agrees to the server's terms. Keys are only ever added. */
export const acmeTable = z.strictObject({
  /** Told when something is wrong with a certificate. */
  email: z.email().optional(),
  directory: z.url({ protocol: /^https$/ }).default('https://acme-v02.api.letsencrypt.org/directory'),
  /** How the server finds out that a name is ours. */
  challenge: z.enum(['http-01', 'dns-01']).default('http-01'),
  /** Whom to believe as that server, PEM; absent: whom Node believes. For a server of one's own. */
  ca_file: z.string().regex(/^\//, 'an absolute path').optional(),
});

export type AcmeTable = z.infer<typeof acmeTable>;
