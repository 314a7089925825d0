import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EditBench } from '../edit/bench.fixture.ts';

let bench: EditBench;
beforeEach(() => {
  bench = new EditBench();
});
afterEach(() => bench.close());

const init = (...words: string[]) => bench.run(['init', ...words], { cwd: bench.box.dir });
const at = (path: string) => join(bench.box.dir, path);

test('in one directory: both are written, and the answer says where and what next', async () => {
  const { code, err, out } = await init('try');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('try/node.toml ');
  expect(out).toMatch(/try\/fleet\/ +a git repository, first commit [0-9a-f]{7}\n/);
  expect(out).toContain('next:  cd try && reconcile plan\n');
  expect(out).toContain(`reconcile --config ${at('try/node.toml')} plan`);
  expect(statSync(at('try/node.toml')).mode & 0o777).toBe(0o600);
  expect(readFileSync(at('try/fleet/services/hello.toml'), 'utf8')).toContain('name = "hello"');
  expect(bench.repository('try/fleet').git('status', '--porcelain')).toBe('');
});

test('in the usual places, named from home', async () => {
  const { out } = await init();
  expect(out).toMatch(/^wrote {2}~\/\.config\/reconcile\/node\.toml /);
  expect(out).toMatch(/next: {2}reconcile plan\n$/);
  expect(existsSync(join(bench.box.home, 'fleet/.git'))).toBe(true);
  expect(Math.max(...out.split('\n').map((text) => text.length))).toBeLessThanOrEqual(80);
});

test('what is there stays, and is named', async () => {
  await init('try');
  writeFileSync(at('try/node.toml'), 'mine');
  const both = await init('try');
  expect(both).toMatchObject({ code: 1, out: '' });
  expect(both.err).toContain('[INIT_EXISTS]');
  expect(both.err).toContain(`${at('try/node.toml')} is there\n`);
  expect(both.err).toContain(`${at('try/fleet')} is there: a git repository with a fleet.toml`);
  expect(readFileSync(at('try/node.toml'), 'utf8')).toBe('mine');

  mkdirSync(at('other/fleet'), { recursive: true });
  writeFileSync(at('other/fleet/notes.txt'), 'x');
  expect((await init('other')).err).toContain('is there: a directory with notes.txt');
  expect(existsSync(at('other/node.toml'))).toBe(false);
  expect((await init('other/fleet/notes.txt')).err).toContain('is a file');
});

test('another node.toml that would be taken instead is named', async () => {
  const env = { RECONCILE_CONFIG: '/nowhere/node.toml' };
  const { out } = await bench.run(['init', 'try'], { cwd: bench.box.dir, env });
  expect(out).toContain('note: /nowhere/node.toml comes first');
  expect(out).toContain(`next:  reconcile --config ${at('try/node.toml')} plan`);
});

test('for a program', async () => {
  const { code, out } = await init('a b', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual({
    config: at('a b/node.toml'),
    fleet: at('a b/fleet'),
    commit: expect.stringMatching(/^[0-9a-f]{40}$/),
  });
});
