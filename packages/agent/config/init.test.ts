import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '@reconcile/spec/compile';
import { parseSnapshot } from '@reconcile/spec/parse';
import { describe, expect, test } from 'vitest';
import { nodeFacts } from './facts.ts';
import { initFiles } from './init.ts';
import { readNodeConfig } from './read.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => readNodeConfig(bytes(text), { path: '/home/ops/x/node.toml', home: '/home/ops' });

test.each([
  [
    'in the usual places',
    undefined,
    ['/home/ops/.config/reconcile/node.toml', '/home/ops/fleet/fleet.toml', '/home/ops/fleet/services/hello.toml'],
  ],
  [
    'in one directory',
    '/srv/try',
    ['/srv/try/node.toml', '/srv/try/fleet/fleet.toml', '/srv/try/fleet/services/hello.toml'],
  ],
])('files %s, node.toml for its owner only', (_name, dir, paths) => {
  const files = initFiles({ home: '/home/ops', hostname: 'rift.example.net', ...(dir === undefined ? {} : { dir }) });
  expect(files.map(({ path }) => path)).toEqual(paths);
  expect(files.map(({ mode }) => mode.toString(8))).toEqual(['600', '644', '644']);
});

test('what is in one directory stays there, wherever that is moved', async () => {
  const [node] = initFiles({ dir: '/srv/try', home: '/home/ops', hostname: 'rift' });
  const { config } = await readNodeConfig(bytes(node?.text ?? ''), { path: '/mnt/moved/node.toml', home: '/home/ops' });
  expect(config).toMatchObject({ stateDir: '/mnt/moved/state', source: { path: '/mnt/moved/fleet' } });
});

test.each([
  ['rift.example.net', 'rift'],
  ['-odd_Name-', 'odd_Name'],
  ['ümlaut', 'mlaut'],
  ['', 'node'],
  ['...', 'node'],
])('host name %j gives node %j', async (hostname, node) => {
  const [file] = initFiles({ home: '/home/ops', hostname });
  expect((await read(file?.text ?? '')).config?.node).toBe(node);
});

describe('they work as they stand', () => {
  const files = initFiles({ home: '/home/ops', hostname: 'rift' });
  const text = (name: string) => files.find(({ path }) => path.endsWith(name))?.text ?? '';
  const snapshot = new Map(['fleet.toml', 'services/hello.toml'].map((name) => [name, bytes(text(name))]));

  test('without a problem or a warning, and with one container behind one route', async () => {
    const { config, diagnostics } = await read(text('node.toml'));
    expect(diagnostics).toEqual([]);
    expect(config?.driverTable('haproxy')).toEqual({ managed: true });
    const parsed = await parseSnapshot(snapshot);
    expect(parsed.diagnostics).toEqual([]);
    const source = {
      source: 'git',
      commit: 'c',
      message: '',
      author: '',
      at: 0,
      files: snapshot,
      allows: [],
      warnings: [],
    } as const;
    if (config === undefined) throw new TypeError('no configuration');
    const { desired, diagnostics: found } = compile({
      ...parsed,
      snapshot: source,
      node: nodeFacts(config),
      generation: 1,
    });
    expect(found).toEqual([]);
    expect(desired.refusals).toEqual([]);
    expect(Object.keys(desired.resources).sort()).toEqual([
      expect.stringMatching(/^container\/hello-/),
      'image/docker.io/library/nginx:1.27-alpine',
      'listener/8080',
      'route/8080/hello.localhost',
    ]);
  });

  test('README shows the first service as it is written', async () => {
    const page = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
    const [, shown = ''] = /```toml\n(name = "hello"[\s\S]*?)```/.exec(page) ?? [];
    const services = async (definition: string) =>
      (await parseSnapshot(new Map(snapshot).set('services/hello.toml', bytes(definition)))).definitions;
    expect(await services(shown)).toEqual(await services(text('hello.toml')));
    expect(shown).toContain('nginx');
  });

  test('every line that is commented out is right too', async () => {
    const uncommented = (file: string) => text(file).replace(/^# (?=\[|[a-z_0-9]+ = )/gm, '');
    expect(uncommented('node.toml')).not.toBe(text('node.toml'));
    const node = uncommented('node.toml');
    expect((await read(node)).diagnostics).toEqual([]);
    const fleet = new Map(snapshot).set('fleet.toml', bytes(uncommented('fleet.toml')));
    expect((await parseSnapshot(fleet)).diagnostics).toEqual([]);
  });
});

test('the directory is where it was asked for', () => {
  expect(initFiles({ dir: '/a b', home: '/h', hostname: 'x' })[0]?.path).toBe(join('/a b', 'node.toml'));
});
