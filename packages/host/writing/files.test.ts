import { spawnSync } from 'node:child_process';
import { chmod, link, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeFiles } from './files.ts';

let dir = '';
const files = () => writeFiles(`${dir}/home`);
beforeEach(async () => {
  dir = await mkdtemp('/tmp/host-files-');
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

describe('write', () => {
  test('whole, with the mode asked for, and nothing left beside', async () => {
    const before = process.umask(0o077);
    await files().write(`${dir}/a`, 'one', { mode: 0o644 });
    process.umask(before);
    await files().write(`${dir}/a`, 'two', { mode: 0o600 });
    expect(await readFile(`${dir}/a`, 'utf8')).toBe('two');
    expect((await stat(`${dir}/a`)).mode & 0o777).toBe(0o600);
    expect(await readdir(dir)).toEqual(['a']);
  });

  test('replaces a planted symlink instead of following it', async () => {
    await writeFile(`${dir}/victim`, 'safe');
    await symlink(`${dir}/victim`, `${dir}/a`);
    await files().write(`${dir}/a`, 'new', { mode: 0o600 });
    expect(await readFile(`${dir}/victim`, 'utf8')).toBe('safe');
    expect((await lstat(`${dir}/a`)).isFile()).toBe(true);
  });

  test('takes away what a killed writer left, not what a living one is writing', async () => {
    const dead = spawnSync('true').pid;
    await writeFile(`${dir}/.a.${dead}-1.tmp`, 'half');
    await writeFile(`${dir}/.a.1-1.tmp`, 'somebody');
    await files().write(`${dir}/a`, 'x', { mode: 0o600 });
    expect((await readdir(dir)).sort()).toEqual(['.a.1-1.tmp', 'a']);
  });

  test('a failure leaves the old content and no file beside it', async () => {
    await mkdir(`${dir}/a/full`, { recursive: true });
    await expect(files().write(`${dir}/a`, 'x', { mode: 0o600 })).rejects.toMatchObject({
      code: 'FILE_FAILED',
      message: `write ${dir}/a`,
    });
    await expect(files().write(`${dir}/none/a`, 'x', { mode: 0o600 })).rejects.toMatchObject({ code: 'FILE_FAILED' });
    expect(await readdir(dir)).toEqual(['a']);
  });
});

test('overwrite keeps the inode, shortens, and follows no symlink', async () => {
  await writeFile(`${dir}/a`, 'long content');
  await link(`${dir}/a`, `${dir}/mounted`);
  await files().overwrite(`${dir}/a`, 'short');
  expect(await readFile(`${dir}/mounted`, 'utf8')).toBe('short');
  await symlink(`${dir}/a`, `${dir}/l`);
  await expect(files().overwrite(`${dir}/l`, 'x')).rejects.toMatchObject({ code: 'FILE_FAILED' });
  await expect(files().overwrite(`${dir}/none`, 'x')).rejects.toMatchObject({ code: 'FILE_FAILED' });
});

test('append makes the file and adds to it', async () => {
  await files().append(`${dir}/log`, 'a\n', { mode: 0o600 });
  await files().append(`${dir}/log`, 'b\n', { mode: 0o600 });
  expect(await readFile(`${dir}/log`, 'utf8')).toBe('a\nb\n');
});

test('makeDir gives its mode to what it makes and leaves the rest alone', async () => {
  await chmod(dir, 0o711);
  await files().makeDir(`${dir}/a/b/c`, { mode: 0o700 });
  await files().makeDir(`${dir}/a`, { mode: 0o755 });
  const modes = await Promise.all(
    ['', '/a', '/a/b', '/a/b/c'].map(async (path) => (await stat(dir + path)).mode & 0o777),
  );
  expect(modes).toEqual([0o711, 0o700, 0o700, 0o700]);
  await writeFile(`${dir}/f`, '');
  await expect(files().makeDir(`${dir}/f`, { mode: 0o700 })).rejects.toMatchObject({ code: 'FILE_FAILED' });
});

test('remove: a file, an empty directory, a link itself; never a full directory', async () => {
  await writeFile(`${dir}/f`, 'x');
  await mkdir(`${dir}/d/sub`, { recursive: true });
  await symlink(`${dir}/f`, `${dir}/l`);
  await files().remove(`${dir}/l`);
  await files().remove(`${dir}/none`);
  await expect(files().remove(`${dir}/d`)).rejects.toMatchObject({ code: 'FILE_FAILED' });
  await files().remove(`${dir}/d/sub`);
  expect((await readdir(dir)).sort()).toEqual(['d', 'f']);
});

describe('removeTree', () => {
  test('removes links, not what they point to', async () => {
    await mkdir(`${dir}/data`);
    await writeFile(`${dir}/data/kept`, 'x');
    await mkdir(`${dir}/ours/a`, { recursive: true });
    await symlink(`${dir}/data`, `${dir}/ours/a/link`);
    await files().removeTree(`${dir}/ours/`);
    expect(await readdir(dir)).toEqual(['data']);
    expect(await readdir(`${dir}/data`)).toEqual(['kept']);
    await files().removeTree(`${dir}/ours`);
  });

  test.each(['/', '/home', 'relative/path', '', '/a/../home', '//home/'])('refuses %j', async (path) => {
    await expect(files().removeTree(path)).rejects.toMatchObject({ code: 'FILE_REFUSED' });
  });

  test('refuses a home and all above it', async () => {
    await expect(files().removeTree(`${dir}/home`)).rejects.toMatchObject({ code: 'FILE_REFUSED' });
    await expect(files().removeTree(dir)).rejects.toMatchObject({ code: 'FILE_REFUSED' });
  });
});

test('rename, and a mode that never follows a link', async () => {
  await writeFile(`${dir}/a`, 'x');
  await mkdir(`${dir}/d`);
  await files().rename(`${dir}/a`, `${dir}/d/b`);
  expect(await readdir(`${dir}/d`)).toEqual(['b']);
  await files().chmod(`${dir}/d/b`, 0o640);
  await symlink(`${dir}/d/b`, `${dir}/l`);
  await expect(files().chmod(`${dir}/l`, 0o600)).rejects.toMatchObject({ code: 'FILE_REFUSED' });
  expect((await stat(`${dir}/d/b`)).mode & 0o777).toBe(0o640);
});

describe('reading', () => {
  test('content, names, facts; undefined for what is not there', async () => {
    await writeFile(`${dir}/b`, Buffer.from([0, 255]));
    await writeFile(`${dir}/a`, 'ä');
    await symlink(`${dir}/a`, `${dir}/l`);
    expect(await files().read(`${dir}/b`)).toEqual(Buffer.from([0, 255]));
    expect(await files().text(`${dir}/l`)).toBe('ä');
    expect(await files().list(dir)).toEqual(['a', 'b', 'l']);
    expect(await files().stat(`${dir}/l`)).toMatchObject({ kind: 'symlink' });
    expect(await files().stat(`${dir}/a`)).toMatchObject({ kind: 'file', size: 2 });
    expect(await files().realpath(`${dir}/l`)).toBe(`${dir}/a`);
    const absent = [
      files().read(`${dir}/x`),
      files().text(`${dir}/a/x`),
      files().list(`${dir}/x`),
      files().stat(`${dir}/x`),
      files().realpath(`${dir}/x`),
    ];
    expect(await Promise.all(absent)).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });

  test('stats says of each of many what stat says of one', async () => {
    await writeFile(`${dir}/a`, 'xy');
    await symlink('a', `${dir}/l`);
    const few = [`${dir}/gone`, `${dir}/a/below`, `${dir}/l`, dir];
    const paths = [...Array.from({ length: 2500 }, () => `${dir}/a`), ...few];
    const each = await Promise.all(paths.map((path) => files().stat(path)));
    expect(await files().stats(paths)).toEqual(each);
    expect(each.slice(-few.length).map((one) => one?.kind)).toEqual([undefined, undefined, 'symlink', 'directory']);
  });

  test('nanoseconds tell two writes apart', async () => {
    await writeFile(`${dir}/a`, '1');
    const first = await files().stat(`${dir}/a`);
    await writeFile(`${dir}/a`, '2');
    expect((await files().stat(`${dir}/a`))?.mtimeNs).not.toBe(first?.mtimeNs);
  });

  test('limits, FIFOs, directories and /proc', async () => {
    await writeFile(`${dir}/a`, 'x'.repeat(5_000));
    await expect(files().read(`${dir}/a`, { maxBytes: 4_999 })).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
    expect(await files().read(`${dir}/a`, { maxBytes: 5_000 })).toHaveLength(5_000);
    spawnSync('mkfifo', [`${dir}/pipe`]);
    await expect(files().read(`${dir}/pipe`)).rejects.toMatchObject({ code: 'FILE_FAILED' });
    await expect(files().read(dir)).rejects.toMatchObject({ code: 'FILE_FAILED' });
    expect(await files().text('/proc/self/stat')).toContain(`${process.pid} (`);
    expect((await files().text('/proc/self/mountinfo'))?.length).toBeGreaterThan(100);
  });

  test('room on a file system', async () => {
    const room = await files().space(dir);
    expect(room?.totalBytes).toBeGreaterThan(1_000_000);
    expect(room?.freeBytes).toBeLessThanOrEqual(room?.totalBytes ?? 0);
    expect(await files().space(`${dir}/none`)).toBeUndefined();
  });
});
