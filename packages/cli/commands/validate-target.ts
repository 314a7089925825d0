import { basename, dirname, relative, resolve } from 'node:path';
import type { NodeConfig } from '@reconcile/agent/config';
import { isFleetError } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';
import { findFleet } from '../edit/find-fleet.ts';
import { fail } from '../errors.ts';
import type { CliContext } from '../frame/context.ts';
import { nodeConfigOrNone } from '../frame/node-config.ts';

/** What a path on the command line means; `path` is absolute. */
export type Target =
  | { readonly kind: 'fleet'; readonly path: string }
  /** One service file with no fleet around it. */
  | { readonly kind: 'definition'; readonly path: string }
  | { readonly kind: 'node'; readonly path: string };

/** Everything that the paths mean, each once; without any the caller's checkout. @throws NOTHING_TO_VALIDATE NO_CHECKOUT CONFIG_* */
export async function findTargets(
  cx: CliContext,
  host: ReadHost,
  given: readonly string[],
): Promise<readonly Target[]> {
  const found: Target[] = [];
  for (const path of given) found.push(...(await targetsAt(host, resolve(cx.cwd, path))));
  if (given.length === 0) found.push(await checkout(cx, host));
  return found.filter((one, i) => found.findIndex((other) => other.kind === one.kind && other.path === one.path) === i);
}

/** A node.toml with mistakes hides no fleet: it is needed only where nothing else names one. */
async function checkout(cx: CliContext, host: ReadHost): Promise<Target> {
  let config: NodeConfig | undefined;
  let trouble: unknown;
  try {
    config = await nodeConfigOrNone(cx);
  } catch (error) {
    trouble = error;
  }
  try {
    const { root, subdir } = await findFleet({ ...cx, host, config });
    return { kind: 'fleet', path: resolve(root, subdir) };
  } catch (error) {
    throw isFleetError(error) && error.code === 'NO_CHECKOUT' && trouble !== undefined ? trouble : error;
  }
}

/** @throws NOTHING_TO_VALIDATE */
async function targetsAt(host: ReadHost, given: string): Promise<Target[]> {
  const path = await host.files.realpath(given);
  const kind = path === undefined ? undefined : (await host.files.stat(path))?.kind;
  if (path === undefined || kind === undefined) throw nothing(given, 'it is not there');
  const isFile = kind === 'file';
  const fleet = await fleetAround(host, path, isFile);
  if (fleet !== undefined) return [{ kind: 'fleet', path: fleet }];
  if (isFile && basename(path) === 'node.toml') return [{ kind: 'node', path }];
  if (isFile && path.endsWith('.toml')) return [{ kind: 'definition', path }];
  if (isFile) throw nothing(given, 'a file that is no TOML');
  // What `init DIR` makes: the node's own file, with its fleet beside it.
  const parts: Target[] = [];
  if (await isFileAt(host, `${path}/node.toml`)) parts.push({ kind: 'node', path: `${path}/node.toml` });
  if (await isFileAt(host, `${path}/fleet/fleet.toml`)) parts.push({ kind: 'fleet', path: `${path}/fleet` });
  if (parts.length === 0) throw nothing(given, 'a directory without fleet.toml and without services/');
  return parts;
}

/** The innermost fleet that the path is, or is a part of; another file that merely lies in its repository is none. */
async function fleetAround(host: ReadHost, path: string, isFile: boolean): Promise<string | undefined> {
  for (let dir = isFile ? dirname(path) : path; ; dir = dirname(dir)) {
    if (await isFileAt(host, `${dir}/fleet.toml`)) {
      const [first] = relative(dir, path).split('/');
      return first === '' || first === 'fleet.toml' || first === 'services' || first === 'ca' ? dir : undefined;
    }
    // One whose fleet.toml is missing, so that this can be said.
    if (dir === path && (await host.files.stat(`${dir}/services`))?.kind === 'directory') return dir;
    if (dir === '/') return undefined;
  }
}

async function isFileAt(host: ReadHost, path: string): Promise<boolean> {
  const real = await host.files.realpath(path);
  return real !== undefined && (await host.files.stat(real))?.kind === 'file';
}

function nothing(path: string, actual: string): Error {
  return fail('NOTHING_TO_VALIDATE', {
    message: `validate ${path}`,
    key: path,
    wanted: 'a fleet (a directory with fleet.toml and services/), a service file, or a node.toml',
    actual,
    hint: 'reconcile validate, without a path, takes the fleet you stand in',
  });
}
