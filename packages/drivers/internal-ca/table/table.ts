import { z } from 'zod';

/** `[drivers.internal-ca]` of node.toml: its presence makes this node sign for internal names. Keys are only ever added. */
export const internalCaTable = z.strictObject({
  /** Life of one certificate; it is renewed 30 days before its end, or at two thirds of a shorter life. */
  days: z.int().min(1).max(397).default(90),
});

export type InternalCaTable = z.infer<typeof internalCaTable>;
