import { chmodSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { recordingHost } from '@reconcile/host/recording';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fetchedAt, fetchMirror } from './fetch.ts';
import { definition, type SampleRepository, Sandbox } from './sample-repository.fixture.ts';
import type { GitSettings } from './settings.ts';
import { gitSource } from './source.ts';

let box: Sandbox;
let upstream: SampleRepository;
let clone: SampleRepository;
let settings: GitSettings;
beforeEach(() => {
  box = new Sandbox();
  upstream = box.sample('upstream');
  clone = box.clone(upstream, 'fleet');
  settings = box.settings(clone.path, { remote: 'origin' });
});
afterEach(() => box.remove());

const fetch = (more: Partial<GitSettings> = {}, env = {}, rebuild = false) =>
  fetchMirror(box.context(env), { ...settings, ...more }, { timeoutMs: 20_000, rebuild });
const snapshot = (options = {}) => gitSource(settings).snapshot(box.context(), options);
/** An ssh that says this and fails, as far as git can tell. */
const ssh = (script: string) => {
  const path = join(box.dir, 'ssh');
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { GIT_SSH_COMMAND: path };
};

test('brings commits into a mirror of ours and leaves the clone alone', async () => {
  const head = upstream.commit({ 'services/b.toml': definition });
  const before = clone.git('for-each-ref');
  const local = clone.commit({ 'services/local.toml': 'never pushed' });
  expect(await fetch()).toEqual({ ok: { commit: head, rebuilt: false } });
  expect(clone.git('for-each-ref', 'refs/remotes')).toBe(
    before
      .split('\n')
      .filter((line) => line.includes('remotes'))
      .join('\n'),
  );
  const result = await snapshot();
  expect(result.ok?.commit).toBe(head);
  expect(result.ok?.files.has('services/local.toml')).toBe(false);
  expect(local).not.toBe(head);
  expect(statSync(settings.mirror).mode & 0o777).toBe(0o700);
  expect(Date.now() - (await fetchedAt(box.host(), settings))!).toBeLessThan(60_000);
});

test('before the first fetch: what the user fetched, never the user’s own branch', async () => {
  const pushed = clone.git('rev-parse', 'HEAD');
  clone.commit({ 'services/local.toml': definition });
  expect((await snapshot()).ok?.commit).toBe(pushed);
  expect(await fetchedAt(box.host(), settings)).toBeUndefined();
  expect(await gitSource({ ...settings, remote: 'https://example.net/fleet.git' }).head(box.context())).toMatchObject({
    problem: 'Missing',
  });
});

test('an address in the place of a name, and a relative one', async () => {
  expect((await fetch({ remote: upstream.path, path: '/nowhere' })).ok).toBeDefined();
  clone.git('remote', 'add', 'near', '../upstream');
  expect((await fetch({ remote: 'near' })).ok).toBeDefined();
});

test('follows a forced push, and the source says that history was rewritten', async () => {
  await fetch();
  const last = (await snapshot()).ok!.commit;
  upstream.git('commit', '-q', '--amend', '-m', 'amended');
  expect((await fetch()).ok?.commit).toBe(upstream.git('rev-parse', 'HEAD'));
  expect(await snapshot({ lastCommit: last })).toMatchObject({ problem: 'HistoryRewritten' });
});

test('never pushes and asks for nothing that writes there', async () => {
  const host = recordingHost(box.host());
  await fetchMirror({ host, signal: box.signal }, settings, { timeoutMs: 20_000 });
  const words = host.calls
    .filter((call) => call.target === 'git')
    .map((call) => call.args.find((arg) => /^(push|send-pack|receive-pack|fetch|init|config)$/.test(arg)));
  expect(words).toEqual(['config', 'init', 'fetch']);
});

test.each<[string, () => unknown]>([
  ['the remote was deleted', () => rmSync(upstream.path, { recursive: true })],
  ['the branch was deleted', () => upstream.git('branch', '-m', 'main', 'other')],
  [
    'the remote is empty',
    () => {
      rmSync(upstream.path, { recursive: true });
      box.repository('upstream');
    },
  ],
  ['no such remote', () => clone.git('remote', 'remove', 'origin')],
])('Missing: %s; what was fetched last stays', async (_, away) => {
  await fetch();
  const last = (await snapshot()).ok!.commit;
  away();
  expect(await fetch()).toMatchObject({ problem: 'Missing' });
  expect((await snapshot({ lastCommit: last })).ok?.commit).toBe(last);
  expect(readdirSync(join(box.dir, 'state'))).toEqual(['mirror']);
});

test('Denied: the key is refused', async () => {
  const result = await fetch(
    { remote: 'ssh://git@example.net/fleet.git' },
    ssh('echo "git@example.net: Permission denied (publickey)." >&2; exit 255'),
  );
  expect(result).toMatchObject({ problem: 'Denied' });
});

test('Unreachable: refused, and a name that does not resolve', async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  );
  await new Promise((resolve) => server.close(resolve));
  expect(await fetch({ remote: `https://127.0.0.1:${port}/fleet.git` })).toMatchObject({ problem: 'Unreachable' });
  expect(
    await fetch(
      { remote: 'ssh://git@example.net/x' },
      ssh('echo "ssh: Could not resolve hostname example.net" >&2; exit 255'),
    ),
  ).toMatchObject({ problem: 'Unreachable' });
});

test('Unreachable: a remote that hangs is left at the deadline, ssh and all', async () => {
  const marker = join(box.dir, 'pid');
  const cx = box.context(ssh(`echo $$ > ${marker}; exec sleep 60`));
  const startedAt = performance.now();
  const result = await fetchMirror(cx, { ...settings, remote: 'ssh://git@example.net/x' }, { timeoutMs: 500 });
  expect(result).toMatchObject({ problem: 'Unreachable' });
  expect(performance.now() - startedAt).toBeLessThan(3_000);
});

test.each<[string, () => void]>([
  ['a lock of a killed fetch', () => writeFileSync(join(settings.mirror, 'refs/heads/main.lock'), '')],
  ['an empty ref', () => writeFileSync(join(settings.mirror, 'refs/heads/main'), '')],
  ['a broken configuration', () => writeFileSync(join(settings.mirror, 'config'), '[[[')],
  ['no objects at all', () => rmSync(join(settings.mirror, 'objects'), { recursive: true })],
  ['no HEAD', () => rmSync(join(settings.mirror, 'HEAD'))],
])('a mirror with %s is made again beside', async (_, damage) => {
  await fetch();
  damage();
  const head = upstream.commit({ 'services/b.toml': definition });
  expect((await fetch()).ok?.commit).toBe(head);
  expect((await snapshot()).ok?.commit).toBe(head);
  expect(existsSync(`${settings.mirror}.new`)).toBe(false);
});

test('a damaged object is found by looking, and rebuilding heals it', async () => {
  await fetch();
  const id = upstream.git('rev-parse', 'HEAD:services/web.toml');
  const loose = join(settings.mirror, 'objects', id.slice(0, 2), id.slice(2));
  chmodSync(loose, 0o644);
  writeFileSync(loose, 'noise');
  expect(await snapshot()).toMatchObject({ problem: 'Corrupt' });
  expect((await fetch({}, {}, true)).ok?.rebuilt).toBe(true);
  expect((await snapshot()).ok).toBeDefined();
});

test('a remote that is away costs a damaged mirror nothing', async () => {
  await fetch();
  rmSync(upstream.path, { recursive: true });
  writeFileSync(join(settings.mirror, 'refs/heads/main.lock'), '');
  expect(await fetch({}, {}, true)).toMatchObject({ problem: 'Missing' });
  expect((await snapshot()).ok).toBeDefined();
});
