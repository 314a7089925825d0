import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createHost, type Host } from '@reconcile/host';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { directorySource } from './source.ts';
import { isTemporaryName } from './temporary-names.ts';
import { writeDefinition } from './write-definition.ts';

let dir = '';
beforeEach(() => {
  now = Date.now();
  dir = mkdtempSync(join(tmpdir(), 'directory-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const long = 'name = "web"\nimage = "example.net/web:1"\n\n[[components]]\nname = "api"\nimage = "example.net/api:1"\n';
const host = createHost();
let now = 0;

function write(path: string, text: string): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), text);
}

/** Everything looks as if written long ago. */
function age(...paths: string[]): void {
  for (const path of paths) utimesSync(join(dir, path), now / 1000 - 3_600, now / 1000 - 3_600);
}

/** A host whose sleeps pass at once, and in whose sleeps things happen. */
function sleeping(during: (sleep: number) => void = () => undefined): { host: Host; sleeps: () => number } {
  let count = 0;
  const clock = {
    now: () => now,
    async sleep(ms: number) {
      now += ms;
      during(count++);
    },
  };
  return { host: { ...host, clock }, sleeps: () => count };
}

const signal = new AbortController().signal;
const look = (at: { host: Host }) =>
  directorySource({ path: dir, settleMs: 1_000 }).snapshot({ host: at.host, signal });
const text = (result: Awaited<ReturnType<typeof look>>, path: string) =>
  Buffer.from(result.ok!.files.get(path)!).toString();

describe('a directory', () => {
  test('that stood still counts at once', async () => {
    write('fleet.toml', 'name = "home"\n');
    write('services/web.toml', long);
    write('services/web/site.conf', 'x');
    write('other/x', 'not ours');
    age('fleet.toml', 'services/web.toml', 'services/web/site.conf', 'services/web', 'services', '.');
    const at = sleeping();
    const result = await look(at);
    expect(at.sleeps()).toBe(0);
    expect([...result.ok!.files.keys()]).toEqual(['fleet.toml', 'services/web.toml', 'services/web/site.conf']);
    expect(result.ok).toMatchObject({
      source: 'directory',
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
      allows: [],
      warnings: [],
    });
    expect((await directorySource({ path: dir, settleMs: 1_000 }).head({ host: at.host, signal })).ok).toBe(
      result.ok?.commit,
    );
  });

  test('has one name for one content', async () => {
    write('services/a.toml', 'a');
    const first = (await look(sleeping())).ok?.commit;
    write('services/a.toml', 'a');
    expect((await look(sleeping())).ok?.commit).toBe(first);
    write('services/a.toml', 'b');
    expect((await look(sleeping())).ok?.commit).not.toBe(first);
  });

  test('that changed lately is looked at twice', async () => {
    write('services/a.toml', 'a');
    const at = sleeping();
    expect((await look(at)).ok).toBeDefined();
    expect(at.sleeps()).toBe(1);
  });

  test('whose times lie in the future is looked at twice', async () => {
    write('services/a.toml', 'a');
    utimesSync(join(dir, 'services/a.toml'), now / 1000 + 86_400, now / 1000 + 86_400);
    const at = sleeping();
    expect((await look(at)).ok).toBeDefined();
    expect(at.sleeps()).toBe(1);
  });
});

describe('a file being written', () => {
  test('counts when it is whole, wherever the writer paused', async () => {
    for (let offset = 0; offset < long.length; offset += 7) {
      now = Date.now();
      write('services/web.toml', long.slice(0, offset));
      const result = await look(
        sleeping(
          (sleep) =>
            sleep < 2 &&
            appendFileSync(
              join(dir, 'services/web.toml'),
              sleep === 0 ? long.slice(offset, offset + 20) : long.slice(offset + 20),
            ),
        ),
      );
      expect(text(result, 'services/web.toml')).toBe(long);
    }
  });

  test('that never rests gives no snapshot', async () => {
    write('services/web.toml', long);
    expect(await look(sleeping(() => appendFileSync(join(dir, 'services/web.toml'), '#')))).toMatchObject({
      problem: 'Unsettled',
    });
  });

  test('in place, with size and time as before, is seen by its inode or nanoseconds', async () => {
    write('services/web.toml', 'aaaa');
    const result = await look(sleeping((sleep) => sleep === 0 && write('services/web.toml', 'bbbb')));
    expect(text(result, 'services/web.toml')).toBe('bbbb');
  });

  test('by rename is taken whole, and the writer’s own names never count', async () => {
    write('services/web.toml', 'old');
    for (const name of [
      '.web.toml.swp',
      'web.toml~',
      '#web.toml#',
      '.#web.toml',
      '4913',
      'web.toml.tmp',
      '.web.toml.123-1.tmp',
      '.goutputstream-X1',
      'web.toml___jb_tmp___',
    ])
      write(`services/${name}`, 'half');
    const result = await look(
      sleeping(
        (sleep) => sleep === 0 && renameSync(join(dir, 'services/web.toml.tmp'), join(dir, 'services/web.toml')),
      ),
    );
    expect([...result.ok!.files.keys()]).toEqual(['services/web.toml']);
    expect(text(result, 'services/web.toml')).toBe('half');
  });

  test('while it is read gives no snapshot', async () => {
    write('services/web.toml', long);
    age('services/web.toml', 'services', '.');
    const files = {
      ...host.files,
      read: async (path: string) => {
        const content = readFileSync(path);
        writeFileSync(path, 'changed meanwhile');
        return content;
      },
    };
    expect(await look({ host: { ...sleeping().host, files } })).toMatchObject({ problem: 'Unsettled' });
  });
});

describe('what goes', () => {
  test('a removed file is believed from a listing that stood still', async () => {
    write('services/a.toml', 'a');
    write('services/b.toml', 'b');
    age('services/a.toml', 'services/b.toml', 'services', '.');
    // Removed and written anew, as some copiers do: never seen as gone.
    rmSync(join(dir, 'services/b.toml'));
    const back = await look(sleeping((sleep) => sleep === 0 && write('services/b.toml', 'b')));
    expect([...back.ok!.files.keys()]).toEqual(['services/a.toml', 'services/b.toml']);
    rmSync(join(dir, 'services/b.toml'));
    expect([...(await look(sleeping())).ok!.files.keys()]).toEqual(['services/a.toml']);
  });

  test('everything, or the directory itself, is a problem', async () => {
    expect(await look(sleeping())).toMatchObject({ problem: 'Empty' });
    expect(await directorySource({ path: join(dir, 'none'), settleMs: 0 }).snapshot({ host, signal })).toMatchObject({
      problem: 'Missing',
    });
    write('file', '');
    expect(await directorySource({ path: join(dir, 'file'), settleMs: 0 }).snapshot({ host, signal })).toMatchObject({
      problem: 'Missing',
    });
  });
});

describe('symlinks', () => {
  test('a swapped root is one state or the other', async () => {
    write('v1/services/a.toml', 'one');
    write('v2/services/a.toml', 'two');
    write('v2/services/b.toml', 'two');
    symlinkSync('v1', join(dir, 'current'));
    const source = directorySource({ path: join(dir, 'current'), settleMs: 1_000 });
    const swap = () => {
      symlinkSync('v2', join(dir, 'next'));
      renameSync(join(dir, 'next'), join(dir, 'current'));
    };
    expect(text(await source.snapshot({ host: sleeping().host, signal }), 'services/a.toml')).toBe('one');
    // The first look's sleep moved the clock on; file times are a few ms coarser than it.
    now = Date.now();
    const result = await source.snapshot({ host: sleeping((sleep) => sleep === 0 && swap()).host, signal });
    expect([...result.ok!.files].map(([path, content]) => `${path} ${Buffer.from(content)}`)).toEqual([
      'services/a.toml two',
      'services/b.toml two',
    ]);
  });

  test('inside are followed, as mounted configuration needs; to the outside, in circles and into nothing they are not', async () => {
    write('..data/web.toml', long);
    mkdirSync(join(dir, 'services'));
    symlinkSync('../..data/web.toml', join(dir, 'services/web.toml'));
    symlinkSync('/etc/passwd', join(dir, 'services/passwd.toml'));
    symlinkSync('/etc', join(dir, 'services/etc'));
    symlinkSync('nowhere', join(dir, 'services/nothing.toml'));
    symlinkSync('.', join(dir, 'services/circle'));
    const result = await look(sleeping());
    const paths = [...result.ok!.files.keys()];
    expect(paths).toContain('services/web.toml');
    expect(paths.every((path) => path.endsWith('web.toml'))).toBe(true);
    expect(result.ok?.warnings.filter(({ code }) => code === 'Symlink').map(({ path }) => path)).toEqual(
      expect.arrayContaining(['services/etc', 'services/nothing.toml', 'services/passwd.toml']),
    );
  });
});

test('too much is refused before it is read', async () => {
  write('services/big.toml', 'x'.repeat(256 * 1024 + 1));
  expect(await look(sleeping())).toMatchObject({ problem: 'TooLarge' });
});

test('temporary names, and names that only look like it', () => {
  expect(['a.toml', '.htpasswd', 'tmp', 'swp', 'a.swpx', 'git'].filter(isTemporaryName)).toEqual([]);
});

test('hints: an edit, and a swapped root', async () => {
  write('v1/services/a.toml', 'one');
  write('v2/services/a.toml', 'two');
  symlinkSync('v1', join(dir, 'current'));
  const stop = new AbortController();
  let hinted = () => {};
  const next = () =>
    new Promise<void>((resolve) => {
      hinted = resolve;
    });
  await directorySource({ path: join(dir, 'current'), settleMs: 0 }).watch({ host, signal: stop.signal }, () =>
    hinted(),
  );
  const edited = next();
  // chokidar starts to look some moments after it says so: touch until it is seen.
  const poke = setInterval(() => write('v1/services/a.toml', String(performance.now())), 50);
  await edited;
  clearInterval(poke);
  const swapped = next();
  symlinkSync('v2', join(dir, 'next'));
  renameSync(join(dir, 'next'), join(dir, 'current'));
  await swapped;
  stop.abort();
});

describe('writeDefinition', () => {
  test('writes, changes and removes at once, and gives the patch', async () => {
    expect(await writeDefinition(host, { root: dir, path: 'services/a.toml', text: 'a\n' })).toContain('+a');
    expect(await writeDefinition(host, { root: dir, path: 'services/a.toml', text: 'a\n' })).toBe('');
    expect(await writeDefinition(host, { root: dir, path: 'services/a.toml', text: 'b\n' })).toContain('-a\n+b');
    expect(readFileSync(join(dir, 'services/a.toml'), 'utf8')).toBe('b\n');
    expect(await writeDefinition(host, { root: dir, path: 'services/a.toml', text: undefined })).toContain('-b');
    expect(await look(sleeping())).toMatchObject({ problem: 'Empty' });
  });

  test('never outside', async () => {
    symlinkSync('/tmp', join(dir, 'services'));
    for (const path of ['../x', '/etc/x', 'services/x.toml']) {
      await expect(writeDefinition(host, { root: dir, path, text: 'x' })).rejects.toMatchObject({
        code: 'SOURCE_PATH',
      });
    }
  });
});
