import { type PassInput, type PassOutcome, passAsWriter } from './as-writer.ts';
import { type BecomeWriter, becomeWriter } from './writer.ts';

export type OnePassInput = PassInput & BecomeWriter;

/** One whole pass without a daemon, as the node's single writer. @throws NODE_BUSY SOURCE_NOTHING, and what drivers refuse */
export async function onePass(input: OnePassInput): Promise<PassOutcome> {
  const writer = await becomeWriter(input);
  try {
    return await passAsWriter(input, writer.registry);
  } finally {
    await writer.close();
  }
}
