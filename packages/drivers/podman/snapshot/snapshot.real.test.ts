import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host } from '@reconcile/host';
import { createHost } from '@reconcile/host/writing';
import { expect, onTestFinished, test } from 'vitest';
import { asideDir, type Manifest, workDir } from './model.ts';
import { type Restoring, stageSnapshot, swapSnapshot, verifySnapshot } from './restore.ts';
import { putBackScript, swapScript } from './scripts.ts';
import { listSnapshots, readManifest, snapshotFiles, snapshotsKept } from './store.ts';
import { takeSnapshot } from './take.ts';
import type { SnapshotContext } from './tools.ts';

// Real tar and zstd. As whoever runs the tests: the user's namespace is test/contract's.

function world() {
  const root = mkdtempSync(join(tmpdir(), 'reconcile-snapshot-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const real = createHost();
  const host: Host = { ...real, proc: { ...real.proc, uid: () => 0 } };
  const cx: SnapshotContext = { host, signal: new AbortController().signal };
  const data = join(root, 'data');
  const dir = join(root, 'snapshots');
  mkdirSync(join(data, 'sub', 'deep'.repeat(40)), { recursive: true });
  writeFileSync(join(data, 'notes.db'), 'x'.repeat(100_000));
  writeFileSync(join(data, '.hidden'), 'h');
  writeFileSync(join(data, 'sub', 'a "quoted"\nname'), '');
  writeFileSync(join(data, 'sub', 'deep'.repeat(40), 'n'.repeat(120)), 'long');
  symlinkSync('/etc/passwd', join(data, 'link'));
  linkSync(join(data, 'notes.db'), join(data, 'second'));
  chmodSync(join(data, '.hidden'), 0o600);
  const sources = [{ name: 'notes-data', path: data }];
  const take = (id = 'one') =>
    takeSnapshot(cx, {
      dir,
      id,
      sources,
      subject: 'notes',
      node: 'rift',
      how: 'stopped',
      why: '',
      still: (work) => work(),
    });
  const restoring = (manifest: Manifest): Restoring => ({
    archive: snapshotFiles(dir, manifest.id).archive,
    manifest,
    targets: manifest.sources.map(({ member, name }) => ({ member, name, path: data })),
  });
  return { cx, data, dir, restoring, root, take };
}

/** Everything of a directory but ours: names, modes, links and contents. */
function tree(dir: string): string {
  const prune = [workDir, asideDir].flatMap((name) => ['-name', name, '-prune', '-o']);
  const list = execFileSync('find', ['.', ...prune, '-printf', '%P %y %m %l\\0'], { cwd: dir, encoding: 'utf8' });
  const sums = execFileSync(
    'sh',
    ['-c', `find . \\( -name ${workDir} -o -name ${asideDir} \\) -prune -o -type f -exec sha256sum {} +`],
    { cwd: dir, encoding: 'utf8' },
  );
  return [...list.split('\0').sort(), ...sums.split('\n').sort()].join('\n');
}

test('what was saved comes back to the byte, and what was there meanwhile is kept aside', async () => {
  const { cx, data, restoring, take } = world();
  const before = tree(data);
  const manifest = await take();
  writeFileSync(join(data, 'notes.db'), 'corrupt');
  writeFileSync(join(data, 'new'), 'later');
  rmSync(join(data, '.hidden'));
  const given = restoring(manifest);
  await verifySnapshot(cx, given);
  await stageSnapshot(cx, given);
  expect(readFileSync(join(data, 'new'), 'utf8')).toBe('later');
  await swapSnapshot(cx, given.targets, 'was');
  expect(tree(data)).toBe(before);
  expect(readFileSync(join(data, asideDir, 'was', 'notes.db'), 'utf8')).toBe('corrupt');
  expect(readFileSync(join(data, asideDir, 'was', 'new'), 'utf8')).toBe('later');
  expect(Object.keys((await take('two')).entries)).toEqual(Object.keys(manifest.entries));
});

/** Renames, marks and removals of one swap of this tree, and one more: that one comes through. */
const swapSteps = 15;

test('a swap that is cut short after any of its steps is finished by the next one', async () => {
  const { cx, data, restoring, take } = world();
  const before = tree(data);
  const given = restoring(await take());
  for (let cut = 1; cut <= swapSteps; cut++) {
    writeFileSync(join(data, 'notes.db'), `corrupt ${cut}`);
    await stageSnapshot(cx, given);
    // `mv` and `touch` end the script after so many calls of them.
    const counted = `n=0; count() { n=$((n+1)); [ $n -le ${cut} ] || exit 9; }; mv() { count; command mv "$@"; }; touch() { count; command touch "$@"; }; rm() { count; command rm "$@"; }\n`;
    try {
      execFileSync('sh', ['-c', counted + swapScript, 'swap', data, `cut-${cut}`], { stdio: 'ignore' });
    } catch {
      // Cut, as it should be; from some number on it comes through.
    }
    await swapSnapshot(cx, given.targets, `cut-${cut}`);
    expect(tree(data), `after ${cut}`).toBe(before);
    expect(existsSync(join(data, workDir, 'ready'))).toBe(false);
  }
});

test('what cannot be finished is put back', async () => {
  const { cx, data, restoring, take } = world();
  const given = restoring(await take());
  writeFileSync(join(data, 'notes.db'), 'mine');
  const before = tree(data);
  for (const cut of [1, 3, 6, 9, 99]) {
    await stageSnapshot(cx, given);
    const counted = `n=0; mv() { n=$((n+1)); [ $n -le ${cut} ] || exit 9; command mv "$@"; }\n`;
    try {
      execFileSync('sh', ['-c', counted + swapScript, 'swap', data, `try-${cut}`], { stdio: 'ignore' });
    } catch {
      // Cut.
    }
    execFileSync('sh', ['-c', putBackScript, 'put-back', data, `try-${cut}`]);
    expect(tree(data), `after ${cut}`).toBe(before);
  }
});

test.each<[string, (file: string) => void, string]>([
  ['cut short', (file) => truncateSync(file, 300), 'SNAPSHOT_DAMAGED'],
  ['one byte changed', (file) => flip(file, 200), 'SNAPSHOT_DAMAGED'],
  ['empty', (file) => truncateSync(file, 0), 'SNAPSHOT_DAMAGED'],
])('an archive that is %s is told, and nothing is touched', async (...[, spoil, code]) => {
  const { cx, data, restoring, take } = world();
  const given = restoring(await take());
  spoil(given.archive);
  const before = tree(data);
  await expect(verifySnapshot(cx, given)).rejects.toMatchObject({ code });
  expect(tree(data)).toBe(before);
  expect(readdirSync(data)).not.toContain(workDir);
});

test('another archive under the list of this one, and a changed list', async () => {
  const { cx, data, dir, restoring, take } = world();
  const one = await take('one');
  writeFileSync(join(data, 'notes.db'), 'y');
  const two = await take('two');
  const other = {
    ...restoring(one),
    manifest: { ...one, archive: two.archive },
    archive: snapshotFiles(dir, 'two').archive,
  };
  await expect(verifySnapshot(cx, other)).rejects.toMatchObject({ code: 'SNAPSHOT_DAMAGED' });
  writeFileSync(snapshotFiles(dir, 'one').list, '{"version":1}');
  await expect(readManifest(cx.host, snapshotFiles(dir, 'one').list)).rejects.toMatchObject({
    code: 'SNAPSHOT_DAMAGED',
  });
});

test(`the newest ${snapshotsKept} stay, and one without a list is none`, async () => {
  const { cx, dir, take } = world();
  for (let n = 0; n <= snapshotsKept; n++) await take(`s${n}`);
  rmSync(snapshotFiles(dir, `s${snapshotsKept}`).list);
  const ids = (await listSnapshots(cx.host, dir)).map(({ id }) => id);
  expect(ids).toEqual(Array.from({ length: snapshotsKept - 1 }, (_, n) => `s${snapshotsKept - 1 - n}`));
});

test('data that is not there', async () => {
  const { cx, data, take } = world();
  rmSync(data, { recursive: true });
  await expect(take()).rejects.toMatchObject({ code: 'SNAPSHOT_NONE' });
  expect(await listSnapshots(cx.host, join(data, '..', 'snapshots'))).toEqual([]);
});

function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}
