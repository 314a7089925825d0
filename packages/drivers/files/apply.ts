import { type Action, type ApplyContext, errorFactory, type Facts } from '@reconcile/core';
import { copyPlace, type FileArgs, type FileSpec, fileCopyPath } from '@reconcile/core/kinds/file';
import type { Host } from '@reconcile/host';
import { driverErrors } from '../errors.ts';
import { filled, makeFilledDir } from './fill.ts';
import { blobPath, fingerprint, notePath, type OwnedNote, readNote, sha256 } from './observe/copy.ts';
import type { FilesSettings } from './observe/settings.ts';

const fail = errorFactory(driverErrors);
const unshareTimeoutMs = 10_000;

export async function applyFile(cx: ApplyContext<Host>, action: Action, settings: FilesSettings): Promise<Facts> {
  const { container, sealed, spec } = action.args as unknown as FileArgs;
  const target = action.key.split('/').slice(2).join('/');
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(container) || target === '' || target.startsWith('.owned')) {
    throw fail('FILE_PLACE_REFUSED', { message: `place ${action.key}` });
  }
  const dirs = { filesDir: settings.filesDir, filledDir: await settings.filledDir() };
  if (action.verb === 'delete') {
    for (const dir of Object.values(dirs))
      if (dir !== undefined) await removeCopy(cx.host, fileCopyPath(dir, container, target));
    return {};
  }
  if ((action.verb !== 'create' && action.verb !== 'update') || spec === null || spec === undefined)
    throw fail('FILE_PLACE_REFUSED', { message: `${action.verb} ${action.key}` });
  const path = copyPlace(dirs, container, { target, secrets: spec.secrets });
  if (path === undefined) {
    throw fail('FILE_NO_MEMORY', {
      message: `write ${spec.target}`,
      key: action.key,
      wanted: 'a tmpfs, so that no secret is left on a disk',
      actual: `neither the runtime directory (${cx.host.home.runtimeDir}) nor /dev/shm is one`,
      hint: 'loginctl enable-linger; or mount a tmpfs there',
    });
  }
  return writeCopy(cx.host, { path, spec, sealed, settings });
}

interface Copy {
  readonly path: string;
  readonly spec: FileSpec;
  readonly sealed: FileArgs['sealed'];
  readonly settings: FilesSettings;
}

/** The same inode when there is one: what is mounted sees the new content. Ends with what a look compares. */
async function writeCopy(host: Host, { path, sealed, settings, spec }: Copy): Promise<Facts> {
  const mode = Number.parseInt(spec.mode, 8);
  const owner = ownerOf(spec);
  const template = await blob(host, settings, spec);
  const isFilled = spec.secrets.length > 0;
  const filling = isFilled ? await filled(host, template, { spec, sealed, settings }) : undefined;
  const content = filling?.content ?? template;
  const dir = path.slice(0, path.lastIndexOf('/'));
  if (isFilled) await makeFilledDir(host, dir.slice(0, dir.lastIndexOf('/')));
  await host.files.makeDir(dir, { mode: 0o700 });
  const there = await host.files.stat(path);
  if (there?.kind === 'file') {
    if (there.uid !== host.proc.uid()) await chown(host, path, '0:0');
    // Ours and writable while it is written, whatever it may be afterwards.
    await host.files.chmod(path, mode | 0o600);
    await host.files.overwrite(path, content);
    await host.files.chmod(path, mode);
  } else {
    if (there !== undefined) await host.files.remove(path);
    await host.files.write(path, content, { mode });
    await host.files.chmod(path, mode);
  }
  if (owner !== '') await chown(host, path, owner);
  if (owner === '' && filling === undefined) await host.files.remove(notePath(path));
  else await note(host, path, { hash: spec.hash, owner, ...(filling === undefined ? {} : { values: filling.values }) });
  return {};
}

async function note(host: Host, path: string, of: Omit<OwnedNote, 'seen'>): Promise<void> {
  const stat = await host.files.stat(path);
  if (stat === undefined) return;
  const noted: OwnedNote = { ...of, seen: fingerprint(stat) };
  const at = notePath(path);
  await host.files.makeDir(at.slice(0, at.lastIndexOf('/')), { mode: 0o700 });
  await host.files.write(at, JSON.stringify(noted), { mode: 0o600 });
}

async function removeCopy(host: Host, path: string): Promise<void> {
  const dir = path.slice(0, path.lastIndexOf('/'));
  if ((await readNote(host, path)) !== undefined) await host.files.remove(notePath(path));
  await host.files.remove(path);
  const left = (await host.files.list(dir)) ?? [];
  if (left.every((name) => name === '.owned')) await host.files.removeTree(dir);
}

async function blob(host: Host, settings: FilesSettings, spec: FileSpec): Promise<Uint8Array> {
  if (!/^[0-9a-f]{64}$/.test(spec.hash))
    throw fail('FILE_PLACE_REFUSED', { message: `write ${spec.target}`, actual: `hash ${spec.hash}` });
  const content = await host.files.read(blobPath(settings.stateDir, spec.hash));
  if (content === undefined)
    throw fail('FILE_BLOB_MISSING', { message: `write ${spec.target}`, wanted: `content ${spec.hash.slice(0, 12)}` });
  const found = sha256(content);
  if (found !== spec.hash) {
    throw fail('FILE_BLOB_DAMAGED', {
      message: `write ${spec.target}`,
      wanted: spec.hash.slice(0, 12),
      actual: found.slice(0, 12),
    });
  }
  return content;
}

/** `uid:gid` inside the container; '' and its root are us. */
function ownerOf(spec: FileSpec): string {
  if (spec.owner === '' || spec.owner === '0:0' || spec.owner === '0') return '';
  const parts = /^(\d+)(?::(\d+))?$/.exec(spec.owner);
  if (parts === null)
    throw fail('FILE_PLACE_REFUSED', { message: `own ${spec.target} by ${spec.owner}`, wanted: 'numbers: 1000:1000' });
  return `${parts[1]}:${parts[2] ?? parts[1]}`;
}

/** Ids inside containers are ids of the user's subordinate range outside: only its user namespace can give a file to them. */
async function chown(host: Host, path: string, owner: string): Promise<void> {
  const args = ['unshare', 'chown', '--no-dereference', owner, '--', path];
  const result = await host.run.run('podman', args, { timeoutMs: unshareTimeoutMs });
  if (result.exitCode !== 0) {
    throw fail('FILE_OWNER', {
      message: `give ${path} to ${owner}`,
      cause: new Error(result.stderr.trim().slice(-600)),
    });
  }
}
