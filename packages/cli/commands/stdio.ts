import { connect } from 'node:net';
import { loadNodeConfig } from '@reconcile/agent/config/quick';
import { fail } from '../door/errors.ts';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';

/**
 * `stdio`: the agent's own socket on stdin and stdout, for programs that speak gRPC through `ssh HOST reconcile stdio`. Says nothing
 * itself. @throws AGENT_AWAY CONFIG_*
 */
export async function runStdio(cx: CliContext): Promise<number> {
  const { configPath, cwd, env, install, uid } = cx;
  const path = configPath === undefined ? {} : { path: configPath };
  const { api, node } = await loadNodeConfig({ env, cwd, uid, buildId: install.buildId, ...path });
  const socket = connect({ path: api.unix, allowHalfOpen: true });
  const end = () => void socket.destroy();
  cx.signal.addEventListener('abort', end, { once: true });
  process.stdin.pipe(socket).pipe(process.stdout);
  const lost = await new Promise<Error | undefined>((resolve) => {
    let isThere = false;
    socket.once('connect', () => {
      isThere = true;
    });
    socket.once('error', (error) => resolve(isThere ? undefined : error)).once('close', () => resolve(undefined));
  });
  cx.signal.removeEventListener('abort', end);
  if (lost === undefined) return exit.converged;
  throw fail('AGENT_AWAY', {
    message: `reach the agent of ${node}`,
    key: api.unix,
    hint: 'reconcile agent',
    cause: lost,
  });
}
