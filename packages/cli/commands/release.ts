import { join } from 'node:path';
import { keptProxy } from '@reconcile/agent/parachute';
import { proxyUnit, type QuadletFile, renderQuadlet, shellCommand } from '@reconcile/agent/render';
import { isOf } from '@reconcile/agent/standing';
import { assertKnown, plainName } from '@reconcile/agent/subject';
import { line, piece } from '@reconcile/core/render';
import { createHost } from '@reconcile/host/writing';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { lookAround } from '../frame/node.ts';

export interface ReleaseOptions {
  readonly as: 'quadlet';
  readonly out?: string;
}

/**
 * Hands containers back to systemd: Quadlet files, and the exact steps in their order. Changes nothing by itself but the files
 * below `--out`.
 */
export async function runRelease(cx: CliContext, given: readonly string[], options: ReleaseOptions): Promise<number> {
  const { config, desired, host, loaded, registry, seen } = await lookAround(cx);
  const names = given.map((name) => plainName(name, desired.node));
  for (const name of names) assertKnown(desired, name);
  const { commit } = desired;
  const isWanted = (slot: string) => names.length === 0 || names.some((name) => isOf(slot, name));
  const from = {
    config,
    host,
    registry,
    commit,
    fresh: loaded.fresh?.snapshot,
    input: seen.input,
    ledger: seen.ledger,
  };
  const units = await renderQuadlet(from, isWanted);
  const proxy = names.length === 0 ? await keptProxy(config, host) : undefined;
  const files = proxy === undefined ? units : [...units, proxyUnit(proxy)];
  const dir = options.out ?? 'quadlet';
  if (options.out !== undefined) {
    const writer = createHost({ env: cx.env });
    await writer.files.makeDir(join(cx.cwd, dir), { mode: 0o755 });
    for (const { name, text } of files) await writer.files.write(join(cx.cwd, dir, name), text, { mode: 0o600 });
  }
  const steps = stepsOf(files, { dir, names, home: host.home.configDir });
  if (cx.json) {
    cx.printJson({ version: 1, files, steps });
    return exit.converged;
  }
  if (options.out === undefined) for (const { name, text } of files) cx.printText(`# --- ${name}\n${text}`);
  for (const { lost, slot } of files)
    for (const what of lost) cx.tell([line(piece('not carried  ', 'warn'), `${slot}: ${what}`)]);
  cx.tell([
    line(piece(options.out === undefined ? `# with the files above in ./${dir} (--out ${dir}):` : '# then:', 'dim')),
  ]);
  for (const step of steps) cx.printText(step);
  return exit.converged;
}

function stepsOf(files: readonly QuadletFile[], at: { dir: string; names: readonly string[]; home: string }): string[] {
  const quadlets = files.filter(({ name }) => name.endsWith('.container'));
  const units = files.filter(({ name }) => name.endsWith('.service'));
  const copy = (list: readonly QuadletFile[], to: string) =>
    list.length === 0
      ? []
      : [shellCommand(['mkdir', '-p', to]), shellCommand(['cp', ...list.map(({ name }) => `${at.dir}/${name}`), to])];
  const unitOf = ({ name }: QuadletFile) => name.replace(/\.container$/, '.service');
  // Of a part, its services leave the fleet, which stops them; of the whole, the agent leaves and everything runs on until its unit takes over.
  const leave =
    at.names.length > 0
      ? at.names.map((name) => shellCommand(['reconcile', 'undeploy', name]))
      : ['reconcile install --uninstall'];
  const over = quadlets.flatMap((file) => [
    ...(at.names.length > 0 ? [] : [shellCommand(['podman', 'stop', '--ignore', file.container])]),
    shellCommand(['systemctl', '--user', 'start', unitOf(file)]),
    ...(at.names.length > 0 ? [] : [shellCommand(['podman', 'rm', '--ignore', file.container])]),
  ]);
  return [
    ...copy(quadlets, `${at.home}/containers/systemd`),
    ...copy(units, `${at.home}/systemd/user`),
    'loginctl enable-linger',
    ...leave,
    'systemctl --user daemon-reload',
    ...over,
    ...units.map(({ name }) => shellCommand(['systemctl', '--user', 'enable', name])),
  ];
}
