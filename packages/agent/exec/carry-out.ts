import { type ExecSession, openExec } from '@reconcile/drivers/podman/exec';
import type { Host } from '@reconcile/host';
import { standingOf } from '../documents/node.ts';
import type { Sight } from '../documents/sight.ts';
import type { ExecInput, ExecOrder, ExecOutput } from '../service/exec.ts';
import { plainName } from '../subject/named.ts';
import { execContainer } from './where.ts';

/** Nobody sits there for longer; a deadline has to be there. */
const longestMs = 24 * 3_600_000;

export interface Executing {
  readonly host: Host;
  readonly order: ExecOrder;
  readonly input: AsyncIterable<ExecInput>;
  /** Fires when the caller is gone: the program hears a hang-up. */
  readonly signal: AbortSignal;
}

/**
 * Runs a program inside a container and tells what it says, only as fast as that is taken. @throws NO_SERVICE EXEC_WHERE and what podman
 * refuses
 */
export async function* execute(
  sight: Sight,
  { host, input, order, signal: gone }: Executing,
): AsyncGenerator<ExecOutput, void, undefined> {
  const { argv, name, terminal } = order;
  const { scene, standing } = await standingOf(sight);
  const container = execContainer(scene, standing, plainName(name, standing.node));
  const signal = AbortSignal.any([gone, AbortSignal.timeout(longestMs)]);
  const wish = { container, argv, ...(terminal === undefined ? {} : { terminal }) };
  const session = await openExec(host, wish, signal);
  let hasEnded = false;
  try {
    void feed(session, input);
    for await (const { bytes, to } of session.output)
      yield { kind: to, data: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64') };
    hasEnded = !signal.aborted;
    if (hasEnded) yield { kind: 'exit', code: await session.exitCode() };
  } finally {
    // A program of another user of the container is not ours to signal: it finds its input at an end.
    if (!hasEnded) await session.hangUp().catch(() => undefined);
  }
}

async function feed(session: ExecSession, input: AsyncIterable<ExecInput>): Promise<void> {
  try {
    for await (const one of input) {
      switch (one.kind) {
        case 'bytes':
          await session.write(Buffer.from(one.data, 'base64'));
          break;
        case 'size':
          await session.resize(one);
          break;
        case 'end':
          session.end();
          break;
      }
    }
  } catch {
    // The caller is gone: told by the signal.
  }
  session.end();
}
