import { dirname, relative, resolve } from 'node:path';
import type { NodeConfig } from '@reconcile/agent/config';
import type { ReadHost } from '@reconcile/host';
import { findRepository } from '@reconcile/source/git';
import { fail } from '../errors.ts';
import { readClientConfig } from './client-config.ts';

/** The caller's own copy of the fleet: where definitions are edited. */
export interface FleetPlace {
  /** `git`: a checkout, changed by commits. `directory`: this node's directory source, changed by writing files. */
  readonly kind: 'git' | 'directory';
  /** Root of the checkout, or the directory. */
  readonly root: string;
  /** Where fleet.toml lies below it; '' = at the root. */
  readonly subdir: string;
  /** Who named it, for messages: `--repo`, `node.toml` … */
  readonly from: string;
}

export interface FindFleet {
  readonly host: ReadHost;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly uid: number;
  /** `--repo`. */
  readonly repoPath: string | undefined;
  /** undefined: this machine is no node. */
  readonly config: NodeConfig | undefined;
}

/**
 * The checkout a person means (product.md section 3): `--repo`, `$RECONCILE_REPO`, the working directory's repository if it
 * has a fleet.toml, client.toml's `repo`, else this node's own source. @throws NO_CHECKOUT CLIENT_INVALID
 */
export async function findFleet(cx: FindFleet): Promise<FleetPlace> {
  const named = cx.repoPath ?? cx.env.RECONCILE_REPO;
  if (named !== undefined && named !== '')
    return namedPlace(cx, resolve(cx.cwd, named), cx.repoPath === undefined ? '$RECONCILE_REPO' : '--repo');
  const here = await placeAround(cx, cx.cwd, 'the working directory');
  if (here !== undefined) return here;
  const client = await readClientConfig(cx.host);
  if (client?.repo !== undefined) return namedPlace(cx, client.repo, client.path);
  if (cx.config !== undefined) return sourcePlace(cx, cx.config);
  throw noCheckout('no repository with a fleet.toml here, no client.toml, no node.toml');
}

/** Somebody said this path: it is that one or an error. */
async function namedPlace(cx: FindFleet, path: string, from: string): Promise<FleetPlace> {
  const found = await placeAround(cx, path, from);
  if (found !== undefined) return found;
  throw noCheckout(`${from} names ${path}: ${await whyNot(cx, path)}`);
}

/** The innermost directory with a fleet.toml from `path` up to its repository's root; undefined when there is none. */
async function placeAround(cx: FindFleet, path: string, from: string): Promise<FleetPlace | undefined> {
  const { files } = cx.host;
  const start = await files.realpath(path);
  if (start === undefined) return undefined;
  const source = await sourceDirectory(cx);
  if (source !== undefined && (start === source || start.startsWith(`${source}/`)))
    return { kind: 'directory', root: source, subdir: '', from };
  const root = await repositoryRoot(cx.host, start);
  if (root === undefined) return undefined;
  for (const dir of [...upwards(start, root), ...ownSubdir(cx, root)])
    if ((await files.stat(`${dir}/fleet.toml`))?.kind === 'file')
      return { kind: 'git', root, subdir: relative(root, dir), from };
  return undefined;
}

/** node.toml may say where in a repository the fleet lies; a checkout of the same repository has it there, too. */
function ownSubdir({ config }: FindFleet, root: string): string[] {
  return config?.source.type === 'git' && config.source.subdir !== '' ? [`${root}/${config.source.subdir}`] : [];
}

async function sourcePlace(cx: FindFleet, config: NodeConfig): Promise<FleetPlace> {
  const { path, type } = config.source;
  const why = (text: string) => noCheckout(`${config.path} follows ${path}, ${text}`);
  const root = await cx.host.files.realpath(path);
  if (root === undefined) throw why('which is not there');
  if (type === 'directory') return { kind: 'directory', root, subdir: '', from: config.path };
  const found = await findRepository(cx.host, root);
  if (found.ok === undefined) throw why('which is no git repository');
  if (found.ok.workTree === undefined) throw why('a bare repository: it cannot be edited in place');
  const stat = await cx.host.files.stat(root);
  if (stat?.uid !== cx.uid) throw why(`the checkout of uid ${stat?.uid ?? 'unknown'}, not yours`);
  return { kind: 'git', root, subdir: config.source.subdir, from: config.path };
}

/** Where this node takes files as they are. */
async function sourceDirectory({ config, host }: FindFleet): Promise<string | undefined> {
  return config?.source.type === 'directory' ? host.files.realpath(config.source.path) : undefined;
}

async function repositoryRoot(host: ReadHost, start: string): Promise<string | undefined> {
  for (const dir of upwards(start, '/')) {
    if ((await host.files.stat(`${dir}/.git`)) === undefined) continue;
    const found = await findRepository(host, dir);
    return found.ok?.workTree;
  }
  return undefined;
}

/** `start` and every directory above it, up to `top`. */
function upwards(start: string, top: string): string[] {
  const dirs = [start];
  for (let dir = start; dir !== top && dir !== '/'; dir = dirname(dir)) dirs.push(dirname(dir));
  return dirs;
}

async function whyNot({ host }: FindFleet, path: string): Promise<string> {
  const found = await findRepository(host, path);
  if (found.ok !== undefined && found.ok.workTree === undefined)
    return 'a bare repository cannot be edited; clone it and name the clone';
  const start = await host.files.realpath(path);
  if (start === undefined) return 'it is not there';
  return (await repositoryRoot(host, start)) === undefined ? 'it is in no git repository' : 'it has no fleet.toml';
}

function noCheckout(actual: string): Error {
  return fail('NO_CHECKOUT', {
    message: 'find a checkout of the fleet to work in',
    wanted:
      "--repo, $RECONCILE_REPO, a repository with a fleet.toml around the working directory, client.toml's repo, or this node's own source",
    actual,
    hint: 'git clone the fleet, then: reconcile --repo <clone> …',
  });
}
