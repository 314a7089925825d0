import { userInfo } from 'node:os';
import {
  type Installed,
  type InstallFacts,
  type InstallStep,
  install,
  installFacts,
  installSteps,
  lookAtInstall,
  uninstall,
  withoutSystemd,
} from '@reconcile/agent/install';
import { type Line, line, pad, piece } from '@reconcile/core/render';
import type { Host } from '@reconcile/host';
import { createHost } from '@reconcile/host/writing';
import { fail } from '../errors.ts';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { withSpinner } from '../frame/progress.ts';

export interface InstallOptions {
  readonly dryRun?: boolean;
  readonly uninstall?: boolean;
}

/**
 * The agent as a service of this machine: said, then done. Without systemd nothing is written, and what to use instead is
 * printed. @throws INSTALL_* CONFIG_*
 */
export async function runInstall(cx: CliContext, options: InstallOptions): Promise<number> {
  const { loadNodeConfig } = await import('@reconcile/agent/config');
  const { configPath, cwd, env, uid } = cx;
  const config = await loadNodeConfig({ env, cwd, uid, ...(configPath === undefined ? {} : { path: configPath }) });
  const host = createHost({ env });
  const facts = installFacts({ config, env, uid, home: host.home, program: ownProgram(cx) });
  const user = userInfo().username;
  const looked = await lookAtInstall(host, facts, user);
  if (looked === undefined) return sayInstead(cx, host, facts);
  if (options.uninstall === true) {
    const gone = await uninstall(host, facts, { user, dryRun: options.dryRun === true });
    return answer(cx, gone, {
      isDone: options.dryRun !== true,
      nothing: 'Nothing of ours is installed for this user.',
    });
  }
  if (options.dryRun === true) {
    const steps = installSteps(facts, looked);
    return answer(cx, { steps, left: [], isReady: false }, { isDone: false, nothing: '' });
  }
  const done = await withSpinner(cx, 'installing', () => install(host, facts, user));
  const code = answer(cx, done, { isDone: true, nothing: '' });
  return done.isReady ? code : exit.error;
}

function ownProgram({ install: { program } }: CliContext): readonly [string, string] {
  if (program !== undefined) return program;
  throw fail('INSTALL_FROM_SOURCES', {
    message: 'install the agent',
    hint: './dev pack && npm install -g ./dist/reconcile-*.tgz',
  });
}

function sayInstead(cx: CliContext, host: Host, facts: InstallFacts): number {
  const { home, runtimeDir } = host.home;
  const ways = withoutSystemd(facts, { home, runtimeDir });
  if (cx.json) {
    cx.printJson({ version: 1, systemd: false, node: facts.node, instead: ways });
    return exit.error;
  }
  cx.tell([
    line(
      piece('systemd does not run this machine, so nothing was written. ', 'warn'),
      'What keeps the agent running instead:',
    ),
  ]);
  for (const { lines, name, says } of ways) {
    cx.print([line(piece(`# ${name}: ${says}`, 'dim'))]);
    for (const one of lines) cx.printText(one);
  }
  return exit.error;
}

function answer(
  cx: CliContext,
  { isReady, left, steps }: Installed,
  how: { isDone: boolean; nothing: string },
): number {
  if (cx.json) {
    cx.printJson({ version: 1, systemd: true, done: how.isDone, ready: isReady, steps, left });
    return exit.converged;
  }
  if (steps.length === 0) cx.print([line(how.nothing)]);
  const width = Math.max(0, ...steps.map((step) => step.what.length));
  const lines: Line[] = steps.map((step) =>
    line(
      piece(pad(word(step, how.isDone), 8), step.does === 'keep' ? 'dim' : 'good'),
      piece(pad(step.what, width), 'bold'),
      '   ',
      piece(step.why, 'dim'),
    ),
  );
  for (const { command, why } of left) lines.push(line(piece('left: ', 'warn'), piece(command, 'bold'), `   ${why}`));
  if (!how.isDone && steps.length > 0) lines.push(line(piece('Nothing was done.', 'dim')));
  cx.print(lines);
  return exit.converged;
}

function word({ does }: InstallStep, isDone: boolean): string {
  switch (does) {
    case 'write':
      return isDone ? 'wrote' : 'write';
    case 'keep':
      return 'as it is';
    case 'remove':
      return isDone ? 'removed' : 'remove';
    case 'run':
      return isDone ? 'ran' : 'run';
  }
}
