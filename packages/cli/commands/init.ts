import { hostname } from 'node:os';
import { basename, dirname, relative, resolve } from 'node:path';
import { findNodeConfig, type InitFile, initFiles } from '@reconcile/agent/config';
import { shellCommand } from '@reconcile/agent/render';
import { isFleetError } from '@reconcile/core';
import { type Line, line, pad, piece } from '@reconcile/core/render';
import type { Host } from '@reconcile/host';
import { createHost } from '@reconcile/host/writing';
import { type CreatedRepository, createRepository } from '@reconcile/source/git';
import { fail } from '../errors.ts';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { withSpinner } from '../frame/progress.ts';

/** Where everything goes, absolute. */
interface Places {
  /** undefined: the usual places below home. */
  readonly dir: string | undefined;
  readonly home: string;
  readonly node: InitFile;
  readonly fleet: string;
  readonly definitions: readonly { readonly path: string; readonly text: string }[];
}

/**
 * This machine's node.toml, and a fleet with a first service in a git repository of its own. Nothing that is there is
 * touched. @throws INIT_EXISTS SOURCE_CREATE RUN_MISSING FILE_*
 */
export async function runInit(cx: CliContext, given: string | undefined): Promise<number> {
  const host = createHost({ env: cx.env });
  const dir = given === undefined ? undefined : resolve(cx.cwd, given);
  const places = placesOf(host, dir);
  await refuseToOverwrite(host, places);
  const { definitions, fleet, node } = places;
  const created = await withSpinner(cx, 'making a repository', () =>
    createRepository(
      { host, signal: cx.signal },
      { path: fleet, files: definitions, message: 'A fleet with one service', hostname: hostname() },
    ),
  );
  // Last: with it this machine is a node, and all that it names is there.
  await host.files.makeDir(dirname(node.path), { mode: dir === undefined ? 0o700 : 0o755 });
  await host.files.write(node.path, node.text, { mode: node.mode });
  const other = shadowedBy(cx, host, places);
  if (cx.json) cx.printJson({ config: node.path, fleet, ...created, ...(other === undefined ? {} : { other }) });
  else cx.print(answer(cx, places, { created, other }));
  return exit.converged;
}

function placesOf(host: Host, dir: string | undefined): Places {
  const { configDir, home } = host.home;
  const own = { home, configHome: configDir, hostname: hostname() };
  const [node, fleetToml, ...services] = initFiles(dir === undefined ? own : { ...own, dir });
  if (node === undefined || fleetToml === undefined) throw new TypeError('init writes no files');
  const fleet = dirname(fleetToml.path);
  const definitions = [fleetToml, ...services].map(({ path, text }) => ({ path: relative(fleet, path), text }));
  return { dir, home, node, fleet, definitions };
}

/** @throws INIT_EXISTS */
async function refuseToOverwrite(host: Host, { dir, fleet, node }: Places): Promise<void> {
  const { files } = host;
  const there: string[] = [];
  const dirKind = dir === undefined ? undefined : (await files.stat((await files.realpath(dir)) ?? dir))?.kind;
  if (dir !== undefined && dirKind !== undefined && dirKind !== 'directory') there.push(`${dir} is a ${dirKind}`);
  if ((await files.stat(node.path)) !== undefined) there.push(`${node.path} is there`);
  const fleetIs = await whatIs(host, fleet);
  if (fleetIs !== undefined) there.push(`${fleet} is there: ${fleetIs}`);
  if (there.length === 0) return;
  const isComplete = there.length === 2;
  const look = shellCommand(['reconcile', ...(dir === undefined ? [] : ['--config', node.path]), 'plan']);
  throw fail('INIT_EXISTS', {
    message: dir === undefined ? 'set up this machine' : `set up a node in ${dir}`,
    key: dir ?? node.path,
    wanted: `nothing yet at ${node.path} and ${fleet}`,
    actual: there.join('\n'),
    hint: `${isComplete ? `${look}; or ` : ''}reconcile init DIR, with a directory that is not there yet`,
  });
}

/** What lies where the fleet would go; undefined: nothing, or an empty directory. */
async function whatIs({ files }: Host, path: string): Promise<string | undefined> {
  const stat = await files.stat(path);
  if (stat === undefined) return undefined;
  const names = await files.list(path).catch(() => undefined);
  if (stat.kind !== 'directory' || names === undefined) return `a ${stat.kind}`;
  if (names.length === 0) return undefined;
  const what = names.includes('.git') ? 'a git repository' : 'a directory';
  return `${what} with ${names.includes('fleet.toml') ? 'a fleet.toml' : (names.filter((name) => name !== '.git')[0] ?? 'no files')}`;
}

/** Another node.toml that commands would take instead, from where the user goes next. */
function shadowedBy(cx: CliContext, host: Host, { dir, node }: Places): string | undefined {
  const { env, uid } = cx;
  try {
    const found = findNodeConfig({ env, uid, cwd: dir ?? cx.cwd, home: host.home.home });
    return found === node.path ? undefined : found;
  } catch (error) {
    // One that is named and cannot be used.
    if (isFleetError(error)) return env.RECONCILE_CONFIG;
    throw error;
  }
}

function answer(
  cx: CliContext,
  { definitions, dir, fleet, home, node }: Places,
  { created, other }: { created: CreatedRepository; other: string | undefined },
): Line[] {
  const shown = (path: string) => (dir === undefined ? path.replace(`${home}/`, '~/') : relative(cx.cwd, path) || '.');
  const rows = [
    [shown(node.path), 'this machine, and what may run here'],
    [`${shown(fleet)}/`, `a git repository, first commit ${created.commit.slice(0, 7)}`],
    ...definitions.map(({ path }) => [`  ${path}`, fileSays(path)]),
  ] as const;
  const width = Math.max(...rows.map(([path = '']) => path.length));
  const lines = rows.map(([path = '', says = '']) =>
    line(piece('wrote  ', 'good'), piece(pad(path, width), 'bold'), '   ', piece(says, 'dim')),
  );
  const { madeUpIdentity } = created;
  if (madeUpIdentity !== undefined)
    lines.push(
      line(piece('note: ', 'warn'), `git does not know who you are; committed as ${madeUpIdentity}`),
      line(piece('  next  ', 'dim'), 'git config --global user.name "…"; git config --global user.email "…"'),
    );
  if (other !== undefined)
    lines.push(line(piece('note: ', 'warn'), `${other} comes first: say --config, or take that one away`));
  const config = shellCommand(['reconcile', '--config', node.path, 'plan']);
  const direct = dir === undefined ? 'reconcile plan' : `cd ${shellCommand([shown(dir)])} && reconcile plan`;
  lines.push([], line(piece('next:  ', 'dim'), other === undefined ? direct : config));
  if (dir !== undefined && other === undefined) lines.push(line('       ', piece(`from anywhere: ${config}`, 'dim')));
  return lines;
}

function fileSays(path: string): string {
  return path === 'fleet.toml'
    ? 'what all machines agree on'
    : `a service: http://${basename(path, '.toml')}.localhost:8080`;
}
