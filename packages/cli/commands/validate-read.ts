import { basename, dirname, join } from 'node:path';
import { readNodeConfig } from '@reconcile/agent/config';
import type { Diagnostic } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';
import { directorySource } from '@reconcile/source/reading';
import { readToml } from '@reconcile/spec/toml';
import { parseInWorker } from '@reconcile/spec/worker';
import { fail } from '../errors.ts';
import type { CliContext } from '../frame/context.ts';
import type { Target } from './validate-target.ts';

/** One target, read. */
export interface Checked {
  readonly target: Target;
  /** Service files that were read. */
  readonly services: number;
  /** With the file's absolute path. */
  readonly diagnostics: readonly Diagnostic[];
  /** What could not be looked at, for people. */
  readonly notes: readonly string[];
  readonly texts: ReadonlyMap<string, string>;
}

/** Everything wrong with one target, from the files as they lie there now. @throws FLEET_UNREADABLE SPEC_* FILE_* */
export async function check(cx: CliContext, host: ReadHost, target: Target): Promise<Checked> {
  switch (target.kind) {
    case 'fleet':
      return checkFleet(cx, host, target);
    case 'definition':
      return checkAlone(cx, host, target);
    case 'node':
      return checkNode(host, target);
  }
}

async function checkFleet(cx: CliContext, host: ReadHost, target: Target): Promise<Checked> {
  const { path } = target;
  // What counts is what is there at this moment: the person has just saved it.
  const taken = await directorySource({ path, settleMs: 0 }).snapshot({ host, signal: cx.signal });
  if (taken.ok === undefined) {
    const { hint, message } = taken;
    throw fail('FLEET_UNREADABLE', { message: `read the fleet in ${path}`, key: path, actual: message, hint });
  }
  const { files, warnings } = taken.ok;
  const diagnostics = await parse(cx, files);
  return {
    target,
    services: [...files.keys()].filter((file) => /^services\/[^/]+\.toml$/.test(file)).length,
    diagnostics: diagnostics.map((found) => ({ ...found, file: join(path, found.file) })),
    notes: [
      ...warnings.map((warning) => `${warning.path}: ${warning.message}`),
      ...(await leftOut(host, path, [...files.keys()])),
    ],
    texts: textsOf(files, (file) => join(path, file)),
  };
}

/** Links are followed in a directory, and never in a commit. */
async function leftOut({ files }: ReadHost, root: string, paths: readonly string[]): Promise<string[]> {
  const kinds = await Promise.all(paths.map(async (path) => (await files.stat(join(root, path)))?.kind));
  const links = paths.filter((_, i) => kinds[i] === 'symlink');
  if (links.length === 0 || !(await isInRepository(files, root))) return [];
  return links.map((path) => `${path}: a symlink; in a commit it is left out, so put a file there`);
}

async function isInRepository(files: ReadHost['files'], dir: string): Promise<boolean> {
  if ((await files.stat(join(dir, '.git'))) !== undefined) return true;
  return dir !== '/' && isInRepository(files, dirname(dir));
}

/** What only the other files of a fleet can answer. */
const aboutOthers: ReadonlySet<string> = new Set([
  'FleetMissing',
  'FileName',
  'FileMissing',
  'NoHostname',
  'UnknownService',
  'UnknownStage',
  'UnknownNode',
]);

async function checkAlone(cx: CliContext, host: ReadHost, target: Target): Promise<Checked> {
  const { path } = target;
  const bytes = await readOrFail(host, path);
  const { name } = (readToml(path, bytes).raw ?? {}) as { name?: unknown };
  const own = typeof name === 'string' && /^[a-z0-9-]+$/.test(name) ? name : basename(path, '.toml');
  const file = `services/${own}.toml`;
  const found = await parse(cx, new Map([[file, bytes]]));
  return {
    target,
    services: 1,
    diagnostics: found
      .filter((one) => one.file === file && !aboutOthers.has(one.code))
      .map((one) => ({ ...one, file: path })),
    notes: [`${path} lies in no fleet: other services, host names and mounted files were not looked up`],
    texts: textsOf(new Map([[path, bytes]]), (same) => same),
  };
}

async function checkNode(host: ReadHost, target: Target): Promise<Checked> {
  const { path } = target;
  const bytes = await readOrFail(host, path);
  const { diagnostics } = await readNodeConfig(bytes, { path, home: host.home.home });
  return { target, services: 0, diagnostics, notes: [], texts: textsOf(new Map([[path, bytes]]), (same) => same) };
}

async function parse(cx: CliContext, files: ReadonlyMap<string, Uint8Array>): Promise<readonly Diagnostic[]> {
  const { specWorker } = cx.install;
  const options = { signal: cx.signal, ...(specWorker === undefined ? {} : { entry: specWorker }) };
  return (await parseInWorker(files, options)).diagnostics;
}

async function readOrFail(host: ReadHost, path: string): Promise<Uint8Array> {
  const bytes = await host.files.read(path, { maxBytes: 1024 * 1024 });
  if (bytes !== undefined) return bytes;
  const wanted = `a file in ${dirname(path)}`;
  throw fail('DEFINITION_UNREADABLE', { message: `read ${path}`, key: path, wanted, actual: 'it is gone' });
}

/** Definitions as text, to show the line that is meant. */
function textsOf(files: ReadonlyMap<string, Uint8Array>, at: (file: string) => string): Map<string, string> {
  return new Map(
    [...files]
      .filter(([file]) => file.endsWith('.toml'))
      .map(([file, bytes]) => [at(file), Buffer.from(bytes).toString('utf8')]),
  );
}
