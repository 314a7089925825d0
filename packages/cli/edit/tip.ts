import { noService } from '@reconcile/agent/subject';
import type { ReadHost } from '@reconcile/host';
import { defaultSettleMs, directorySource } from '@reconcile/source/directory';
import { gitSource } from '@reconcile/source/git';
import { nearest, readToml } from '@reconcile/spec/toml';
import { fail } from '../errors.ts';
import type { FleetPlace } from './find-fleet.ts';

/** All files of the fleet as the caller's branch has them: what an edit starts from. */
export interface FleetTip {
  readonly place: FleetPlace;
  /** Below the fleet's root. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Committed content of the checked-out commit, or the settled files of a directory. @throws FLEET_UNREADABLE */
export async function readTip(cx: { host: ReadHost; signal: AbortSignal }, place: FleetPlace): Promise<FleetTip> {
  const { kind, root, subdir } = place;
  const taken =
    kind === 'directory'
      ? await directorySource({ path: root, settleMs: defaultSettleMs }).snapshot(cx)
      : await gitSource({ path: root, branch: 'main', subdir, remote: '', mirror: '' }).snapshot(cx, { ref: 'HEAD' });
  if (taken.ok !== undefined) return { place, files: taken.ok.files };
  throw fail('FLEET_UNREADABLE', {
    message: `read the fleet in ${root}`,
    key: root,
    actual: taken.message,
    hint: taken.hint,
  });
}

export interface DefinitionFile {
  readonly path: string;
  readonly text: string;
}

/** The file that defines a service, by the name inside; its own name first, which is the rule. */
export function findDefinition(files: FleetTip['files'], service: string): DefinitionFile | undefined {
  const own = `services/${service}.toml`;
  for (const path of [own, ...definitionPaths(files)]) {
    const bytes = files.get(path);
    if (bytes !== undefined && nameIn(path, bytes) === service)
      return { path, text: Buffer.from(bytes).toString('utf8') };
  }
  // One that cannot be read has no name inside.
  const bytes = files.get(own);
  return bytes === undefined ? undefined : { path: own, text: Buffer.from(bytes).toString('utf8') };
}

/** @throws NO_SERVICE */
export function definitionOf({ files, place }: FleetTip, service: string): DefinitionFile {
  const found = findDefinition(files, service);
  if (found !== undefined) return found;
  const known = definitionPaths(files).flatMap((path) => nameIn(path, files.get(path) ?? new Uint8Array()) ?? []);
  const near = nearest(service, known);
  throw noService({
    message: `find ${service} in ${place.root}`,
    wanted: known.length === 0 ? 'a definition in services/' : `one of ${known.sort().join(', ')}`,
    actual: 'not declared',
    hint: near === undefined ? `reconcile deploy ${service} FILE declares it` : `did you mean ${near}?`,
  });
}

function definitionPaths(files: FleetTip['files']): string[] {
  return [...files.keys()].filter((path) => /^services\/[^/]+\.toml$/.test(path)).sort();
}

function nameIn(path: string, bytes: Uint8Array): string | undefined {
  const { name } = (readToml(path, bytes).raw ?? {}) as { name?: unknown };
  return typeof name === 'string' ? name : undefined;
}
