import { setFlagsFromString } from 'node:v8';
import { type RunningAgent, runAgent } from '@reconcile/agent/daemon';
import { line, piece } from '@reconcile/core/render';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { writingNode } from '../frame/writer.ts';
import { pagesDir } from '../install.ts';
import { printEvent } from './agent-event.ts';

/**
 * `agent`: watches and converges this node until it is told to end (SIGTERM, Ctrl-C); containers go on. SIGHUP reads node.toml
 * again. @throws AGENT_RUNS NODE_BUSY, and what keeps an agent from going on
 */
export async function runAgentCommand(cx: CliContext): Promise<number> {
  // It is here for months and mostly idle: memory counts for more than the last bit of speed (a fifth less, measured).
  setFlagsFromString('--optimize-for-size');
  const { config, failpoint, host, install } = await writingNode(cx);
  const { loadNodeConfig } = await import('@reconcile/agent/config');
  const { configPath, cwd, env, signal, uid, version } = cx;
  const pages = pagesDir();
  let running: RunningAgent | undefined;
  const reload = () => void running?.reload();
  process.on('SIGHUP', reload);
  try {
    await runAgent({
      config,
      host,
      install,
      version,
      env,
      signal,
      readConfig: () => loadNodeConfig({ env, cwd, uid, path: configPath ?? config.path }),
      started: (agent) => {
        running = agent;
        tell(cx, `agent of ${config.node} is up`, [config.api.unix, ...agent.addresses]);
        void narrate(cx, agent);
      },
      ...(failpoint === undefined ? {} : { failpoint }),
      ...(pages === undefined ? {} : { pages }),
    });
  } finally {
    process.off('SIGHUP', reload);
  }
  tell(cx, `agent of ${config.node} has ended`, ['what runs goes on']);
  return exit.converged;
}

/** What happens, on stdout, for whoever keeps its log. */
async function narrate(cx: CliContext, { by, service }: RunningAgent): Promise<void> {
  for await (const event of service.watch({ by, signal: cx.signal })) {
    if (cx.json) cx.printJson(event);
    else printEvent(cx, event);
  }
}

function tell(cx: CliContext, what: string, more: readonly string[]): void {
  if (!cx.json) cx.print([line(what, piece(`   ${more.join('  ')}`, 'dim'))]);
}
