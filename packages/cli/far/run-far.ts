import { createHost } from '@reconcile/host/writing';
import type { CliContext } from '../frame/context.ts';
import { fail } from './errors.ts';
import { placeOf } from './places.ts';
import { sshArgs, sshEnvironment, sshFailed } from './ssh.ts';

/**
 * `-H NODE`: the same command by the `reconcile` of another machine, with the caller's own terminal or pipes; its exit code is the answer.
 * @throws FAR_WHERE FAR_UNREACHED CLIENT_INVALID RUN_MISSING
 */
export async function runFar(cx: CliContext, node: string, words: readonly string[]): Promise<number> {
  const host = createHost({ env: cx.env });
  const { to } = await placeOf(host, node);
  const args = sshArgs(to, words, { terminal: cx.canAsk });
  const code = await host.run.attach('ssh', args, { env: sshEnvironment(cx.env), signal: cx.signal });
  if (code !== sshFailed) return code;
  throw fail('FAR_UNREACHED', {
    message: `reach ${node} through ssh`,
    hint: `ssh ${to} reconcile --version`,
  });
}
