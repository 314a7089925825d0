import { type Action, type ApplyContext, errorFactory, type Facts } from '@reconcile/core';
import { type FileSpec, fileCopyPath } from '@reconcile/core/kinds/file';
import type { Host } from '@reconcile/host';
import { driverErrors } from '../errors.ts';
import { blobPath, fingerprint, notePath, type OwnedNote, readNote, sha256 } from './observe/copy.ts';
import type { FilesSettings } from './observe/settings.ts';

const fail = errorFactory(driverErrors);
const unshareTimeoutMs = 10_000;

export async function applyFile(cx: ApplyContext<Host>, action: Action, settings: FilesSettings): Promise<Facts> {
  const { container, spec } = action.args as unknown as { container: string; spec?: FileSpec };
  const target = action.key.split('/').slice(2).join('/');
  const path = fileCopyPath(settings.filesDir, container, target);
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(container) || target === '' || target.startsWith('.owned')) {
    throw fail('FILE_PLACE_REFUSED', { message: `place ${action.key}` });
  }
  if (action.verb === 'delete') return removeCopy(cx.host, path);
  if ((action.verb === 'create' || action.verb === 'update') && spec !== undefined)
    return writeCopy(cx.host, { path, spec, settings });
  throw fail('FILE_PLACE_REFUSED', { message: `${action.verb} ${action.key}` });
}

/** The same inode when there is one: what is mounted sees the new content. Ends with what a look compares. */
async function writeCopy(host: Host, of: { path: string; spec: FileSpec; settings: FilesSettings }): Promise<Facts> {
  const { path, spec, settings } = of;
  if (spec.secrets.length > 0) {
    throw fail('PODMAN_NOT_SUPPORTED', {
      message: `fill secrets into ${spec.target}`,
      hint: 'mount the secret itself: secrets = [{ name, target }]',
    });
  }
  const mode = Number.parseInt(spec.mode, 8);
  const owner = ownerOf(spec);
  const content = await blob(host, settings, spec);
  await host.files.makeDir(path.slice(0, path.lastIndexOf('/')), { mode: 0o700 });
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
  if (owner === '') {
    await host.files.remove(notePath(path));
    return {};
  }
  await chown(host, path, owner);
  await noteOwned(host, path, { hash: spec.hash, owner });
  return {};
}

async function noteOwned(host: Host, path: string, of: { hash: string; owner: string }): Promise<void> {
  const stat = await host.files.stat(path);
  if (stat === undefined) return;
  const note: OwnedNote = { ...of, seen: fingerprint(stat) };
  const at = notePath(path);
  await host.files.makeDir(at.slice(0, at.lastIndexOf('/')), { mode: 0o700 });
  await host.files.write(at, JSON.stringify(note), { mode: 0o600 });
}

async function removeCopy(host: Host, path: string): Promise<Facts> {
  const dir = path.slice(0, path.lastIndexOf('/'));
  if ((await readNote(host, path)) !== undefined) await host.files.remove(notePath(path));
  await host.files.remove(path);
  const left = (await host.files.list(dir)) ?? [];
  if (left.every((name) => name === '.owned')) await host.files.removeTree(dir);
  return {};
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
