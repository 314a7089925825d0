import { z } from 'zod';

/** `[drivers.cert-files]` of node.toml. Keys are only ever added. */
export const certFilesTable = z.strictObject({
  /** Where others leave certificates; read, never written. */
  dir: z.string().regex(/^\//, 'an absolute path'),
});

export type CertFilesTable = z.infer<typeof certFilesTable>;
