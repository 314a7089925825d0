import { isFleetError } from '@reconcile/core';
import type { Host } from '@reconcile/host';
import { fail } from '../client/fail.ts';
import { asideDir, type DataSource, type Manifest, type SnapshotOf, workDir } from './model.ts';
import { SafeMembers } from './safe.ts';
import { listSnapshots, snapshotFiles, snapshotsKept } from './store.ts';
import { readTar } from './tar.ts';
import { inNamespace, memberOf, quick, runTool, type SnapshotContext, throughAll } from './tools.ts';

/** Room that is left free beside a snapshot, bytes. */
const spareBytes = 64 * 1024 * 1024;

export interface SnapshotRequest extends SnapshotOf {
  /** Made when missing, 0700. */
  readonly dir: string;
  readonly id: string;
  readonly sources: readonly DataSource[];
  /** Makes the data hold still while `work` reads it. */
  readonly still: (work: () => Promise<void>) => Promise<void>;
}

/**
 * Saves directories with owners, modes, links, ACLs and extended attributes, as one tar.zst and a list of the SHA-256 of every
 * file and of the whole, taken from the finished archive: what cannot be read back is no snapshot. The same id twice: the later
 * one counts. Older ones than the newest five of the directory go once it is complete.
 * @throws SNAPSHOT_NO_SPACE SNAPSHOT_NONE SNAPSHOT_TOOL SNAPSHOT_UNSAFE: a device among the files
 */
export async function takeSnapshot(cx: SnapshotContext, request: SnapshotRequest): Promise<Manifest> {
  const { dir, how, id, node, subject, why } = request;
  const { host } = cx;
  await host.files.makeDir(dir, { mode: 0o700 });
  const sources = await Promise.all(request.sources.map((source) => resolved(host, source)));
  await assertRoom(cx, dir, sources);
  const { archive, list } = snapshotFiles(dir, id);
  const part = `${archive}.part`;
  await host.files.remove(list);
  try {
    await request.still(() => pack(cx, part, { how, sources }));
    const members = sources.map(({ name, path }) => ({ name, member: memberOf(path) }));
    const { bytes, entries } = await readArchive(cx, part, members);
    const whole = await wholeOf(cx, part);
    await runTool(cx, ['sync', '--', part], throughAll);
    await host.files.rename(part, archive);
    const about = { subject, node, how, why };
    const made: Manifest = {
      version: 1,
      id,
      at: host.clock.now(),
      ...about,
      sources: members,
      bytes,
      archive: whole,
      entries,
    };
    await host.files.write(list, `${JSON.stringify(made)}\n`, { mode: 0o600 });
    await forgetOld(host, dir);
    return made;
  } finally {
    await host.files.remove(part);
  }
}

/** Every member of an archive, checked and hashed. @throws SNAPSHOT_DAMAGED SNAPSHOT_UNSAFE */
export async function readArchive(
  { host, signal }: SnapshotContext,
  archive: string,
  sources: Manifest['sources'],
): Promise<SafeMembers> {
  const members = new SafeMembers(sources);
  const unpacked = host.run.bytes('zstd', ['--decompress', '--stdout', '--quiet', '--', archive], {
    ...throughAll,
    signal,
  });
  try {
    for await (const member of readTar(unpacked)) members.add(member);
  } catch (error) {
    throw isFleetError(error) && error.code === 'RUN_FAILED'
      ? fail('SNAPSHOT_DAMAGED', { message: `unpack ${archive}`, wanted: 'a whole zstd archive', cause: error })
      : error;
  }
  return members;
}

/** Size and sum of the file as it is. */
export async function wholeOf(cx: SnapshotContext, archive: string): Promise<Manifest['archive']> {
  const { stdout } = await runTool(cx, ['sha256sum', '--', archive], throughAll);
  return { bytes: (await cx.host.files.stat(archive))?.size ?? 0, sha256: stdout.replace(/^\\/, '').slice(0, 64) };
}

/** A link to the data is followed: what it leads to is saved, and restored there. */
async function resolved(host: Host, { name, path }: DataSource): Promise<DataSource> {
  const real = await host.files.realpath(path);
  if (real !== undefined) return { name, path: real };
  throw fail('SNAPSHOT_NONE', { message: `save ${name}`, wanted: `a directory at ${path}`, actual: 'not there' });
}

/** At worst nothing of it can be made smaller. */
async function assertRoom(cx: SnapshotContext, dir: string, sources: readonly DataSource[]): Promise<void> {
  const argv = inNamespace(cx, ['du', '--summarize', '--bytes', '--total', '--', ...sources.map(({ path }) => path)]);
  const { stdout } = await runTool(cx, argv, throughAll);
  const bytes = Number(/^(\d+)\ttotal$/m.exec(stdout)?.[1] ?? 0);
  const free = (await cx.host.files.space(dir))?.freeBytes ?? 0;
  if (free >= bytes + spareBytes) return;
  throw fail('SNAPSHOT_NO_SPACE', {
    message: `save ${sources.map(({ name }) => name).join(', ')} below ${dir}`,
    wanted: `${bytes + spareBytes} bytes`,
    actual: `${free} bytes are free`,
    hint: `make room there, or delete old snapshots: ls -l ${dir}`,
  });
}

async function pack(
  cx: SnapshotContext,
  part: string,
  { how, sources }: { how: SnapshotOf['how']; sources: readonly DataSource[] },
): Promise<void> {
  const members = sources.map(({ path }) => memberOf(path));
  const ours = members.flatMap((member) => [workDir, asideDir].map((name) => `--exclude=${member}/${name}`));
  const argv = [
    'tar',
    '--create',
    `--file=${part}`,
    '--zstd',
    '--format=pax',
    '--sort=name',
    '--numeric-owner',
    '--acls',
    '--xattrs',
  ];
  argv.push('--anchored', '--no-wildcards', ...ours, '--directory=/', '--', ...members);
  // 1: a file changed while it was read. Only a hook says which files count, and that those hold still.
  await runTool(cx, inNamespace(cx, argv), { ...throughAll, fine: how === 'hook' ? [0, 1] : [0] });
  await runTool(cx, ['chmod', '600', '--', part], quick);
}

async function forgetOld(host: Host, dir: string): Promise<void> {
  for (const { id } of (await listSnapshots(host, dir)).slice(snapshotsKept)) {
    const { archive, list } = snapshotFiles(dir, id);
    await host.files.remove(list);
    await host.files.remove(archive);
  }
}
