import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, podman, testImage } from '@reconcile/testkit/podman';
import { get } from '@reconcile/testkit/proxy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Words that change desired state, as a person types them in a clone of the fleet: committed, pushed, taken by the node, run.

const reason = noRealPodman();

interface Inspected {
  readonly Id: string;
  readonly Image: string;
  readonly Config: { readonly Env: readonly string[] };
  readonly State: { readonly StartedAt: string; readonly Pid: number };
  readonly HostConfig: {
    readonly PortBindings: Record<string, { HostIp: string; HostPort: string }[]>;
  };
}

async function inspect(home: FleetHome, slot: string): Promise<Inspected & { name: string }> {
  const name = await home.container(slot);
  if (name === undefined) throw new Error(`${slot} does not run`);
  const [seen] = JSON.parse((await podman(['inspect', '--type', 'container', name])).stdout) as [Inspected];
  return { ...seen, name };
}

const git = async (cwd: string, ...args: readonly string[]) =>
  (await promisify(execFile)('git', ['-C', cwd, ...args], { timeout: 30_000 })).stdout.trim();

async function identify(checkout: string, name: string): Promise<void> {
  await git(checkout, 'config', 'user.name', name);
  await git(checkout, 'config', 'user.email', `${name.toLowerCase()}@example.net`);
}

const definition = (image: string) => `# the web, kept by ops
name = "web"

[[components]]
name = "main"
image = "${testImage(image)}"   # bumped by hand
env = { GREETING = "hello" }
volumes = ["web-data:/data"]
stop_timeout = "1s"

[[components.routes]]
port = 8080            # plain, inside the house
hostname = "web.example.net"

[components.health]
type = "http"
path = "/healthz"

[components.update]
deadline = "4s"
min_ready = "200ms"
drain = "1s"
`;

describe.skipIf(reason !== undefined)(`changes by a clone and its remote ${reason ?? ''}`, () => {
  let home: FleetHome;
  let port: number;
  let bare: string;
  let colleague: string;

  const answer = async () => (await get({ port, host: 'web.example.net', timeoutMs: 10_000 })).body.trim();
  const file = () => readFile(join(home.fleet, 'services/web.toml'), 'utf8');
  const head = (format: string) => git(home.fleet, 'show', '-s', `--format=${format}`);

  /** Runs to its end with this exit code. */
  async function ran(code: number, ...words: readonly string[]) {
    const outcome = await home.run(...words);
    if (outcome.code !== code)
      throw new Error(`${words.join(' ')}: ${outcome.code}, not ${code}\n${outcome.stdout}\n${outcome.stderr}`);
    return outcome;
  }

  async function expectPushed(): Promise<void> {
    expect(await git(bare, 'rev-parse', 'main')).toBe(await git(home.fleet, 'rev-parse', 'HEAD'));
    expect(await git(home.fleet, 'status', '--porcelain')).toBe('');
  }

  beforeAll(async () => {
    await Promise.all([buildTestImage('1'), buildTestImage('2')]);
    port = await freePort();
    home = await FleetHome.make({ listeners: { 8080: `127.0.0.1:${port}` } });
    await home.commit('an empty fleet', { 'fleet.toml': 'name = "home"\nzone = "example.net"\n' });
    bare = join(home.dir, 'fleet.git');
    colleague = join(home.dir, 'colleague');
    await git(home.dir, 'clone', '-q', '--bare', home.fleet, bare);
    await home.git('remote', 'add', 'origin', bare);
    await home.git('push', '-q', '-u', 'origin', 'main');
    await git(home.dir, 'clone', '-q', bare, colleague);
    await identify(colleague, 'Grace');
    const config = await readFile(home.config, 'utf8');
    await writeFile(home.config, config.replace(/^path = .*$/m, '$&\nremote = "origin"'), { mode: 0o600 });
  });
  afterAll(() => home?.close());

  it('refuses a commit that would have no author, and says how to get one', async () => {
    await writeFile(join(home.dir, 'web.toml'), definition('1'));
    const { stderr, stdout } = await ran(1, 'deploy', 'web', '../web.toml');
    expect(stderr).toContain('[EDIT_REFUSED]');
    expect(stderr).toContain('git config');
    expect(stdout).toContain('+name = "web"');
    expect(await git(home.fleet, 'status', '--porcelain')).toBe('');
    await identify(home.fleet, 'Ada');
  });

  it('deploy S FILE: shown, committed by the caller, pushed, converged', async () => {
    const { stdout } = await ran(0, 'deploy', 'web', '../web.toml');
    expect(stdout).toMatch(/^\+name = "web"$/m);
    expect(stdout).toMatch(/^committed and pushed [0-9a-f]{7} "web: deploy web.toml"$/m);
    expect(stdout).toMatch(
      /^✔ web {2}converged at [0-9a-f]{7} {3}[\d.]+ s\n {2}http:\/\/web\.example\.net:8080 {2}answers 200/m,
    );
    expect(await answer()).toBe('1');
    expect(await head('%an <%ae>')).toBe('Ada <ada@example.net>');
    expect(await file()).toBe(definition('1'));
    await expectPushed();
    expect((await home.plan()).actions).toEqual([]);
  });

  it('set: several fields in one commit, comments kept, replaced and waited for', async () => {
    const before = await git(home.fleet, 'rev-parse', 'HEAD');
    const words = ['set', 'web', `image=${testImage('2')}`, 'env.GREETING=good day', 'memory=64MiB', '--json'];
    const said = JSON.parse((await ran(0, ...words)).stdout);
    expect(said).toMatchObject({ service: 'web', written: true, pushed: true, exit: 0, actions: [], failed: [] });
    expect(said.committed).toBe(await git(home.fleet, 'rev-parse', 'HEAD'));
    expect(said.diff).toContain(`+image = "${testImage('2')}"   # bumped by hand\n`);
    expect(said.done.length).toBeGreaterThan(0);
    const wanted = definition('2')
      .replace('"hello"', '"good day"')
      .replace('stop_timeout', 'memory = "64MiB"\nstop_timeout');
    expect((await file()).split('\n').sort()).toEqual(wanted.split('\n').sort());
    expect(await git(home.fleet, 'rev-parse', 'HEAD~1')).toBe(before);
    expect(await head('%B')).not.toContain('good day');
    const now = await inspect(home, 'web/main');
    expect(now.Config.Env).toContain('GREETING=good day');
    expect(await answer()).toBe('2');
    await expectPushed();
  });

  it('stop and start: definition, data and port stay', async () => {
    const before = await inspect(home, 'web/main');
    await podman(['exec', before.name, 'touch', '/data/kept']);
    const stopped = await ran(0, 'stop', 'web');
    expect(stopped.stdout).toMatch(/^\+active = false$/m);
    expect(stopped.stdout).toMatch(/^✔ web {2}stopped at /m);
    expect(await home.container('web/main')).toBeUndefined();
    await expect(answer()).rejects.toThrow();
    const again = await ran(0, 'stop', 'web');
    expect(again.stdout).toContain('nothing to commit');
    const started = await ran(0, 'start', 'web', '--json');
    expect(JSON.parse(started.stdout)).toMatchObject({ written: true, pushed: true, exit: 0 });
    const now = await inspect(home, 'web/main');
    expect(now.HostConfig.PortBindings).toEqual(before.HostConfig.PortBindings);
    expect((await podman(['exec', now.name, 'ls', '/data'])).stdout.trim()).toBe('kept');
    expect(await answer()).toBe('2');
    await expectPushed();
  });

  it('a version that fails is rolled back by itself: exit 3, the cause and the next command', async () => {
    const good = await home.container('web/main');
    const { stdout } = await ran(3, 'set', 'web', 'env.MODE=broken');
    expect(stdout).toMatch(/http \/healthz/);
    expect(stdout).toMatch(/reconcile (retry|explain|logs)/);
    expect(await home.container('web/main')).toBe(good);
    expect(await answer()).toBe('2');
  });

  it('rollback: the version that was last good, as a new commit', async () => {
    const { stdout } = await ran(0, 'rollback', 'web');
    expect(stdout).toMatch(/^back to [0-9a-f]{7} "web: start" \(Ada, [^)]+ ago\): the version that was last good/m);
    expect(stdout).toMatch(/^-.*MODE/m);
    expect(await file()).not.toContain('MODE');
    expect((await home.plan()).exit).toBe(0);
    await expectPushed();
  });

  it('rollback --to TAG: the newest version with that image; an unknown one is refused with the known', async () => {
    const { stdout } = await ran(0, 'rollback', 'web', '--to', '1');
    expect(stdout).toContain('roll back to 1');
    expect(await file()).toBe(definition('1'));
    expect(await answer()).toBe('1');
    const unknown = await ran(1, 'rollback', 'web', '--to', '7');
    expect(unknown.stderr).toMatch(/\[NO_VERSION\][\s\S]*2 \([0-9a-f]{7}\)/);
    await expectPushed();
  });

  it('an edit that is not committed is not swept up: refused, the patch printed', async () => {
    const text = await file();
    await writeFile(join(home.fleet, 'services/web.toml'), `${text}# mine\n`);
    const { stderr, stdout } = await ran(1, 'set', 'web', 'memory=32MiB');
    expect(stderr).toMatch(/\[EDIT_REFUSED\][\s\S]*Dirty/);
    expect(stdout).toMatch(/^\+memory = "32MiB"$/m);
    await home.git('checkout', '-q', '--', 'services/web.toml');
  });

  it('somebody was faster: replayed once on what they pushed', async () => {
    await git(colleague, 'pull', '-q');
    await writeFile(join(colleague, 'services/notes.txt'), 'theirs\n');
    await git(colleague, 'add', '-A');
    await git(colleague, 'commit', '-q', '-m', 'theirs');
    await git(colleague, 'push', '-q');
    const { stdout } = await ran(0, 'set', 'web', 'env.GREETING=hi');
    expect(stdout).toContain('committed and pushed');
    expect(await git(home.fleet, 'log', '-2', '--format=%s')).toBe('web: set env.GREETING\ntheirs');
    await expectPushed();
  });

  it('cannot be pushed: undone, the patch printed, nothing changes here', async () => {
    await writeFile(join(bare, 'hooks/pre-receive'), '#!/bin/sh\necho "frozen until Monday" >&2\nexit 1\n', {
      mode: 0o755,
    });
    const [before, serving] = [await git(home.fleet, 'rev-parse', 'HEAD'), await home.container('web/main')];
    const { stderr, stdout } = await ran(1, 'set', 'web', 'env.GREETING=never');
    expect(stderr).toMatch(/\[EDIT_REFUSED\][\s\S]*frozen until Monday/);
    expect(stdout).toMatch(/^\+.*never/m);
    const json = JSON.parse((await ran(1, 'set', 'web', 'env.GREETING=never', '--json')).stdout);
    expect(json).toMatchObject({ error: { code: 'EDIT_REFUSED' }, patch: expect.stringContaining('never') });
    expect(await git(home.fleet, 'rev-parse', 'HEAD')).toBe(before);
    expect(await git(home.fleet, 'status', '--porcelain')).toBe('');
    expect(await home.container('web/main')).toBe(serving);
    await writeFile(join(bare, 'hooks/pre-receive'), '#!/bin/sh\n', { mode: 0o755 });
  });

  it('status names the commit that counts here, not what was only committed in the checkout', async () => {
    const counts = await git(bare, 'log', '-1', '--format=%h', 'main', '--', 'services/web.toml');
    await writeFile(join(home.fleet, 'services/web.toml'), `${await file()}# not pushed\n`);
    await home.git('commit', '-q', '-am', 'not pushed');
    expect((await ran(0, 'status', 'web')).stdout).toMatch(new RegExp(`wants +1 +${counts} .*\\(Ada, `));
    await home.git('reset', '-q', '--hard', 'origin/main');
  });

  it('undeploy: container, route and definition go, the data stays', async () => {
    const { stdout } = await ran(0, 'undeploy', 'web');
    expect(stdout).toMatch(/^✔ web {2}removed, its data kept, at /m);
    expect(await head('%(trailers:key=Reconcile-Allow,valueonly)')).toBe('remove web');
    expect(existsSync(join(home.fleet, 'services/web.toml'))).toBe(false);
    expect((await podman(['ps', '-aq'])).stdout.trim()).toBe('');
    expect((await podman(['volume', 'ls', '-q'])).stdout.trim().split('\n')).toContain('web-data');
    expect((await home.plan()).exit).toBe(0);
    await expectPushed();
  });
});
