import { shellCommand } from '../render/shell.ts';
import type { InstallFacts } from './facts.ts';

/** One way to run the agent without systemd: what it is called, and what to type or write. */
export interface Alternative {
  readonly name: string;
  readonly says: string;
  /** Exact lines. */
  readonly lines: readonly string[];
}

/** What to use where systemd does not run: exact lines for cron and runit, the fallback included. Pure. */
export function withoutSystemd(
  facts: InstallFacts,
  at: { readonly home: string; readonly runtimeDir: string },
): Alternative[] {
  const env = { XDG_RUNTIME_DIR: at.runtimeDir, ...facts.env };
  const given = Object.entries(env).map(([name, value]) => shellCommand([`${name}=${value}`]));
  const agent = shellCommand([...facts.program, '--config', facts.config, 'agent']);
  const fallback = facts.parachute === undefined ? undefined : shellCommand(['/bin/sh', facts.parachute]);
  // cron(8) reads % as a line break.
  const cronLine = (line: string) => `@reboot ${line}`.replaceAll('%', '\\%');
  const prefix = `env ${given.join(' ')}`;
  const cron = [
    cronLine(`while :; do ${prefix} ${agent}; sleep 1; done`),
    ...(fallback === undefined ? [] : [cronLine(`sleep 120; ${prefix} ${fallback}`)]),
  ];
  const services = `${at.home}/service`;
  const script = (name: string, ...body: readonly string[]) => [
    shellCommand(['mkdir', '-p', `${services}/${name}`]),
    `cat >${shellCommand([`${services}/${name}/run`])} <<'END'`,
    '#!/bin/sh',
    ...given.map((assignment) => `export ${assignment}`),
    ...body,
    'END',
    shellCommand(['chmod', '+x', `${services}/${name}/run`]),
  ];
  const runit = [
    ...script('reconcile', `exec ${agent}`),
    ...(fallback === undefined ? [] : script('reconcile-parachute', 'sleep 120', fallback, 'exec sleep 2147483647')),
  ];
  return [
    { name: 'cron', says: 'crontab -e, and add', lines: cron },
    { name: 'runit', says: `where runsvdir ${services} runs as this user`, lines: runit },
  ];
}
