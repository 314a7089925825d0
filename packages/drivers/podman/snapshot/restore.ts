import { fail } from '../client/fail.ts';
import { asideDir, type DataSource, type Manifest, workDir } from './model.ts';
import { putBackScript, swapScript } from './scripts.ts';
import { readArchive, wholeOf } from './take.ts';
import { inNamespace, quick, runTool, type SnapshotContext, throughAll } from './tools.ts';

/** One source of a snapshot, and the directory on this machine that its files belong into. */
export interface RestoreTarget extends DataSource {
  readonly member: string;
}

export interface Restoring {
  readonly archive: string;
  readonly manifest: Manifest;
  readonly targets: readonly RestoreTarget[];
}

/**
 * Is the archive what its list says, every file of it, and harmless? Reads only. @throws SNAPSHOT_DAMAGED SNAPSHOT_UNSAFE
 * SNAPSHOT_TOOL
 */
export async function verifySnapshot(
  cx: SnapshotContext,
  { archive, manifest }: Omit<Restoring, 'targets'>,
): Promise<void> {
  const whole = await wholeOf(cx, archive);
  const { sha256 } = manifest.archive;
  if (whole.sha256 !== sha256) throw damaged(archive, `SHA-256 ${sha256}`, `${whole.sha256}, ${whole.bytes} bytes`);
  const { entries } = await readArchive(cx, archive, manifest.sources);
  const names = new Set([...Object.keys(entries), ...Object.keys(manifest.entries)]);
  for (const name of names)
    if (entries[name] !== manifest.entries[name])
      throw damaged(archive, `${name} as its list says`, entries[name] === undefined ? 'not there' : 'another content');
}

/**
 * Unpacks a verified snapshot beside the data, on the same file system: whoever runs on it notices nothing. A swap that was cut
 * short before is finished first. @throws SNAPSHOT_NO_SPACE SNAPSHOT_TOOL
 */
export async function stageSnapshot(cx: SnapshotContext, { archive, manifest, targets }: Restoring): Promise<void> {
  await assertRoom(cx, manifest, targets);
  for (const target of targets) {
    await swap(cx, target, manifest.id, 'begun');
    const staged = `${target.path}/${workDir}`;
    const run = (...argv: string[]) => runTool(cx, inNamespace(cx, argv), throughAll);
    await run('rm', '-rf', '--', staged);
    await run('mkdir', '-p', '--mode=700', '--', `${staged}/unpacked`);
    const parts = target.member.split('/');
    await run(
      ...[
        'tar',
        '--extract',
        `--file=${archive}`,
        '--zstd',
        '--numeric-owner',
        '--same-owner',
        '--preserve-permissions',
      ],
      ...[
        '--acls',
        '--xattrs',
        '--xattrs-include=user.*',
        '--xattrs-include=security.capability',
        `--strip-components=${parts.length - 1}`,
        `--directory=${staged}/unpacked`,
      ],
      ...['--no-wildcards', '--', target.member],
    );
    await run('mv', '--', `${staged}/unpacked/${parts.at(-1) ?? ''}`, `${staged}/new`);
    await run('sync', '--file-system', '--', staged);
    await run('touch', '--', `${staged}/ready`);
  }
}

/**
 * What was unpacked takes the place of the data, by renames alone; the old files go to `.reconcile-aside/<label>` in the same
 * directory. Nobody may run on it. Cut short anywhere, the same call finishes it; if it fails, everything is put back.
 * @throws SNAPSHOT_TOOL
 */
export async function swapSnapshot(cx: SnapshotContext, targets: readonly DataSource[], label: string): Promise<void> {
  try {
    for (const target of targets) await swap(cx, target, label);
  } catch (error) {
    await putBack(cx, targets, label);
    throw error;
  }
}

/** @throws SNAPSHOT_HALF */
async function putBack(cx: SnapshotContext, targets: readonly DataSource[], label: string): Promise<void> {
  const unstopped = { ...cx, signal: new AbortController().signal };
  for (const { name, path } of targets) {
    try {
      await runTool(unstopped, inNamespace(cx, ['sh', '-c', putBackScript, 'put-back', path, label]), quick);
    } catch (cause) {
      const hint = `look into ${path}/${workDir}/old and ${path}/${asideDir}`;
      throw fail('SNAPSHOT_HALF', { message: `put ${name} back`, hint, cause });
    }
  }
}

async function swap(
  cx: SnapshotContext,
  { path }: DataSource,
  ...more: [label: string] | [label: string, when: 'begun']
): Promise<void> {
  await runTool(cx, inNamespace(cx, ['sh', '-c', swapScript, 'swap', path, ...more]), throughAll);
}

async function assertRoom(
  { host }: SnapshotContext,
  manifest: Manifest,
  targets: readonly DataSource[],
): Promise<void> {
  for (const { name, path } of targets) {
    const free = (await host.files.space(path))?.freeBytes;
    if (free === undefined)
      throw fail('SNAPSHOT_NONE', {
        message: `restore ${name}`,
        wanted: `a directory at ${path}`,
        actual: 'not there',
      });
    if (free < manifest.bytes)
      throw fail('SNAPSHOT_NO_SPACE', {
        message: `restore ${name} beside what is there`,
        wanted: `${manifest.bytes} bytes at ${path}`,
        actual: `${free} bytes are free`,
      });
  }
}

function damaged(archive: string, wanted: string, actual: string): Error {
  return fail('SNAPSHOT_DAMAGED', {
    message: `verify ${archive}`,
    wanted,
    actual,
    hint: 'nothing was touched; reconcile snapshots',
  });
}
