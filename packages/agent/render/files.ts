import type { SourceSnapshot } from '@reconcile/core';
import type { MountedFile } from '@reconcile/core/kinds/container';
import { blobPath } from '@reconcile/drivers/files';
import type { ReadHost } from '@reconcile/host';
import { loadSnapshot, type Registry } from '@reconcile/registry';
import { contentHash } from '@reconcile/spec/hash';
import type { NodeConfig } from '../config/model.ts';
import { shellCommand, shellWord } from './shell.ts';

export interface FileSources {
  readonly config: NodeConfig;
  readonly host: ReadHost;
  readonly registry: Registry;
  readonly commit: string;
  /** The snapshot itself, when it was read just now. */
  readonly fresh: SourceSnapshot | undefined;
}

/** A command that puts one mounted file's content where a container's own copy lies. */
export async function fileCommand(from: FileSources, file: MountedFile, path: string): Promise<string> {
  const place = shellWord(path);
  const dir = shellWord(path.slice(0, path.lastIndexOf('/')));
  const content = await contentCommand(from, file);
  return `mkdir -p ${dir} && ${content} > ${place} && chmod ${file.mode} ${place}${ownCommand(file, path)}`;
}

/** Gives it to an id inside the container; with what comes before it; '' where it is its root's. */
export function ownCommand(file: MountedFile, path: string): string {
  if (/^0?(:0)?$/.test(file.owner)) return '';
  return ` && ${shellCommand(['podman', 'unshare', 'chown', file.owner, '--', path])}`;
}

/** From our own store where it lies there, else from the source at the commit that counts. */
async function contentCommand(from: FileSources, file: MountedFile): Promise<string> {
  const { config, commit, host } = from;
  const blob = blobPath(config.stateDir, file.hash);
  if ((await host.files.stat(blob)) !== undefined) return shellCommand(['cat', blob]);
  const found = (await inSnapshot(from, file.hash))?.path;
  const { source } = config;
  if (found === undefined) return 'cat';
  if (source.type === 'directory') return shellCommand(['cat', `${source.path}/${found}`]);
  const below = source.subdir === '' ? '' : `${source.subdir}/`;
  return shellCommand(['git', '-C', source.path, 'show', `${commit}:${below}${found}`]);
}

/** What a file holds, as bytes, from either. */
export async function contentOf(from: FileSources, hash: string): Promise<Uint8Array | undefined> {
  const stored = await from.host.files.read(blobPath(from.config.stateDir, hash));
  return stored ?? (await inSnapshot(from, hash))?.bytes;
}

async function inSnapshot(
  from: FileSources,
  hash: string,
): Promise<{ readonly path: string; readonly bytes: Uint8Array } | undefined> {
  const snapshot = from.fresh ?? (await loadSnapshot(from.registry, from.commit));
  const found = [...(snapshot?.files ?? [])].find(([, bytes]) => contentHash(bytes) === hash);
  return found === undefined ? undefined : { path: found[0], bytes: found[1] };
}
