import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host } from '@reconcile/host';
import { createHost } from '@reconcile/host/writing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { unitWord, unitWords } from '../render/unit-word.ts';
import type { InstallFacts } from './facts.ts';
import { install, uninstall } from './install.ts';
import { unitFiles } from './units.ts';
import { withoutSystemd } from './without.ts';

// systemd itself cannot run here: what is asked of it is written down by a program of its name. Its own check of the units
// (`systemd-analyze verify`) is the real one, in units.real.test.ts.

let dir = '';
let host: Host;
let facts: InstallFacts;
beforeEach(async () => {
  dir = await mkdtemp(`${tmpdir()}/reconcile-install-`);
  await mkdir(join(dir, 'bin'));
  host = createHost({ env: { HOME: dir, PATH: join(dir, 'bin') } });
  facts = {
    scope: 'user',
    node: 'rift',
    config: `${dir}/node.toml`,
    program: ['/usr/bin/node', '/usr/local/bin/reconcile'],
    dir: `${dir}/units`,
    parachute: `${dir}/state/parachute.sh`,
    hasContainers: true,
    env: {},
  };
  await program('systemctl', `echo "$*" >>${dir}/asked`);
  await program('loginctl', `echo "loginctl $*" >>${dir}/asked`);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function program(name: string, body: string): Promise<void> {
  await writeFile(join(dir, 'bin', name), `#!/bin/sh\n${body}\n`);
  await chmod(join(dir, 'bin', name), 0o755);
}
const asked = async () => (await readFile(join(dir, 'asked'), 'utf8')).trim().split('\n');
const units = () => readdir(facts.dir);

test('units are written, read, enabled, and the agent is started', async () => {
  const done = await install(host, facts, 'nobody-of-that-name');
  expect(done).toMatchObject({ isReady: true, left: [] });
  expect(await units()).toEqual(['reconcile-parachute.service', 'reconcile-parachute.timer', 'reconcile.service']);
  expect(await asked()).toEqual([
    '--user daemon-reload',
    '--user enable --now reconcile-parachute.timer',
    '--user enable reconcile.service',
    'loginctl enable-linger nobody-of-that-name',
    '--user restart reconcile.service',
  ]);
  const again = await install(host, facts, 'nobody-of-that-name');
  expect(again.steps.filter(({ does }) => does === 'write')).toEqual([]);
});

test('what systemd refuses leaves nothing half: new units go, old ones come back', async () => {
  await program(
    'systemctl',
    `case "$*" in *enable*) echo "Failed to connect to bus: No medium found" >&2; exit 1;; esac`,
  );
  await expect(install(host, facts, 'me')).rejects.toMatchObject({
    code: 'INSTALL_REFUSED',
    hint: expect.stringContaining('enable-linger'),
  });
  expect(await units()).toEqual([]);
  const before = unitFiles({ ...facts, program: ['/opt/node', '/usr/local/bin/reconcile'] });
  for (const { name, text } of before) await writeFile(join(facts.dir, name), text);
  await expect(install(host, facts, 'me')).rejects.toMatchObject({ code: 'INSTALL_REFUSED' });
  for (const { name, text } of before) expect(await readFile(join(facts.dir, name), 'utf8')).toBe(text);
});

test('an agent that does not become ready stays installed, and it says where to look', async () => {
  await program('systemctl', `case "$*" in *restart*) exit 1;; esac`);
  const done = await install(host, facts, 'me');
  expect(done.isReady).toBe(false);
  expect(done.left).toContainEqual(
    expect.objectContaining({ command: 'journalctl --user -u reconcile.service -n 50' }),
  );
  expect(await units()).toHaveLength(3);
});

test('a unit of somebody else, and the agent of another node, are left alone', async () => {
  await mkdir(facts.dir);
  await writeFile(join(facts.dir, 'reconcile.service'), '[Service]\nExecStart=/bin/true\n');
  await expect(install(host, facts, 'me')).rejects.toMatchObject({ code: 'INSTALL_FOREIGN' });
  await rm(join(facts.dir, 'reconcile.service'));
  await install(host, facts, 'me');
  const other = { ...facts, config: '/etc/reconcile/node.toml' };
  await expect(install(host, other, 'me')).rejects.toMatchObject({
    code: 'INSTALL_OTHER',
    hint: `reconcile --config ${facts.config} install --uninstall`,
  });
  await expect(uninstall(host, other, { user: 'me', dryRun: false })).rejects.toMatchObject({ code: 'INSTALL_OTHER' });
});

test('uninstall ends the agent and takes away what install wrote, nothing else', async () => {
  await install(host, facts, 'me');
  await writeFile(join(facts.dir, 'mine.service'), '[Service]\nExecStart=/bin/true\n');
  await rm(join(dir, 'asked'));
  expect((await uninstall(host, facts, { user: 'me', dryRun: true })).steps).toHaveLength(5);
  expect(await units()).toHaveLength(4);
  await uninstall(host, facts, { user: 'me', dryRun: false });
  expect(await units()).toEqual(['mine.service']);
  expect(await asked()).toEqual([
    '--user disable --now reconcile.service reconcile-parachute.timer',
    '--user daemon-reload',
  ]);
  expect((await uninstall(host, facts, { user: 'me', dryRun: false })).steps).toEqual([]);
});

test('an edge runs no podman: no setuid program is needed, and only a proxy of ours has a fallback', () => {
  const [edge, ...more] = unitFiles({ ...facts, hasContainers: false, parachute: undefined });
  expect(more).toEqual([]);
  expect(edge?.text).toContain('NoNewPrivileges=yes');
  expect(unitFiles(facts)[0]?.text).not.toContain('NoNewPrivileges');
});

test.each([
  ['/usr/bin/node', '/usr/bin/node'],
  ['/home/o p s/x', '"/home/o p s/x"'],
  ['100%', '100%%'],
  ['a"b\\c', '"a\\"b\\\\c"'],
])('a word of a unit: %j', (word, wanted) => {
  expect(unitWord(word)).toBe(wanted);
});

test('no variable is filled in a command line', () => {
  expect(unitWords(['/bin/sh', '-c', 'echo $HOME'])).toBe('/bin/sh -c "echo $$HOME"');
});

test('without systemd: lines that a shell reads as they are', () => {
  const ways = withoutSystemd({ ...facts, config: "/home/o'ps/node.toml" }, { home: dir, runtimeDir: '/run/user/7' });
  expect(ways.map(({ name }) => name)).toEqual(['cron', 'runit']);
  for (const { lines } of ways) {
    const text = lines.map((line) => line.replace(/^@reboot /, '')).join('\n');
    execFileSync('/bin/sh', ['-n'], { input: text });
    expect(text).toContain('agent');
    expect(text).toContain(`${dir}/state/parachute.sh`);
    expect(text).toContain('XDG_RUNTIME_DIR=/run/user/7');
  }
  execFileSync('/bin/sh', ['-e'], { input: ways[1]?.lines.join('\n') ?? 'exit 1' });
});
