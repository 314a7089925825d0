import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, podman, testImage } from '@reconcile/testkit/podman';
import { get } from '@reconcile/testkit/proxy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// A fleet that is a plain directory: verbs write the file, requests (restart, retry, run) need nothing but the node.

const reason = noRealPodman();

const web = (image: string) => `# plain files, no git
name = "web"
[[components]]
name = "main"
image = "${testImage(image)}" # by hand
stop_timeout = "1s"
[[components.routes]]
port = 8080
hostname = "web.example.net"
[components.health]
type = "http"
path = "/healthz"
[components.update]
deadline = "2s"
min_ready = "200ms"
drain = "300ms"
[[jobs]]
name = "greet"
image = "same:main"
cmd = ["/bin/sh", "-c", "echo hello; echo trouble >&2; exit 7"]
[[jobs]]
name = "count"
image = "same:main"
cmd = ["/bin/sh", "-c", "echo one; echo two"]
`;

describe.skipIf(reason !== undefined)(`a directory, and requests ${reason ?? ''}`, () => {
  let home: FleetHome;
  let port: number;

  const path = () => join(home.fleet, 'services/web.toml');
  const answer = async () => (await get({ port, host: 'web.example.net', timeoutMs: 10_000 })).body.trim();

  async function ran(code: number, ...words: readonly string[]) {
    const outcome = await home.run(...words);
    if (outcome.code !== code)
      throw new Error(`${words.join(' ')}: ${outcome.code}, not ${code}\n${outcome.stdout}\n${outcome.stderr}`);
    return outcome;
  }

  async function life(slot = 'web/main'): Promise<{ id: string; startedAt: string }> {
    const name = await home.container(slot);
    const { stdout } = await podman(['inspect', '--format', '{{.Id}} {{.State.StartedAt}}', name ?? '']);
    const [id = '', ...time] = stdout.trim().split(' ');
    return { id, startedAt: time.join(' ') };
  }

  beforeAll(async () => {
    await Promise.all([buildTestImage('1'), buildTestImage('2')]);
    port = await freePort();
    home = await FleetHome.make({ listeners: { 8080: `127.0.0.1:${port}` } });
    await rm(join(home.fleet, '.git'), { recursive: true });
    await mkdir(join(home.fleet, 'services'), { recursive: true });
    await writeFile(join(home.fleet, 'fleet.toml'), 'name = "home"\nzone = "example.net"\n');
    const config = await readFile(home.config, 'utf8');
    await writeFile(home.config, config.replace('type = "git"', 'type = "directory"'), { mode: 0o600 });
    await writeFile(join(home.dir, 'web.toml'), web('1'));
  });
  afterAll(() => home?.close());

  it('deploy, set, stop, start: the file is written whole, nothing beside it, then converged', async () => {
    const { stdout } = await ran(0, 'deploy', 'web', '../web.toml');
    expect(stdout).toContain(`written ${path()}`);
    expect(stdout).toMatch(/^✔ web {2}converged at /m);
    expect(await answer()).toBe('1');
    const json = JSON.parse((await ran(0, 'set', 'web', `image=${testImage('2')}`, '--json')).stdout);
    expect(json).toMatchObject({ service: 'web', written: true, pushed: false, exit: 0 });
    expect(json).not.toHaveProperty('committed');
    expect(await readFile(path(), 'utf8')).toBe(web('2'));
    expect(await readdir(join(home.fleet, 'services'))).toEqual(['web.toml']);
    expect(await answer()).toBe('2');
    await ran(0, 'stop', 'web');
    expect(await home.container('web/main')).toBeUndefined();
    await ran(0, 'start', 'web');
    expect(await answer()).toBe('2');
  });

  it('an edit that would not be accepted leaves the file as it was', async () => {
    const before = await readFile(path(), 'utf8');
    const { stderr } = await ran(1, 'set', 'web', 'memory=lots');
    expect(stderr).toMatch(/services\/web\.toml:\d+:\d+ {2}components\.main\.memory[\s\S]*\[EDIT_INVALID\]/);
    expect(await readFile(path(), 'utf8')).toBe(before);
  });

  it('deploy without a file: what is declared, now, and nothing of the rest', async () => {
    await podman(['stop', '-t', '0', (await home.container('web/main')) ?? '']);
    expect((await ran(0, 'deploy', 'web')).stdout).toMatch(/^✔ web {2}converged at /m);
    expect(await answer()).toBe('2');
    expect((await ran(1, 'deploy', 'wbe')).stderr).toMatch(/\[NO_SERVICE\][\s\S]*one of web/);
  });

  it('restart: the same container, started anew; who and why are kept', async () => {
    const before = await life();
    const { stdout } = await ran(0, 'restart', 'web', '-m', 'a new certificate');
    expect(stdout).toMatch(/^restart web {3}asked by .*: a new certificate$/m);
    expect(stdout).toMatch(/^✔ web {2}restarted at /m);
    const now = await life();
    expect(now.id).toBe(before.id);
    expect(now.startedAt).not.toBe(before.startedAt);
    expect(await answer()).toBe('2');
    expect(JSON.parse((await ran(0, 'restart', 'web/main', '--json')).stdout)).toMatchObject({
      fulfilled: true,
      exit: 0,
    });
    expect(await life()).not.toEqual(now);
    expect((await ran(0, 'history', 'web')).stdout).toMatch(/started .*asked by .*: a new certificate/);
    expect((await ran(1, 'restart', 'wbe')).stderr).toMatch(
      /\[REQUEST_UNKNOWN\][\s\S]*did you mean: reconcile restart web/,
    );
  });

  it('run S/JOB: its output, its exit code, once', async () => {
    const greeted = await home.run('run', 'web/greet');
    expect(greeted.code).toBe(7);
    expect(greeted.stdout.split('\n').filter(Boolean).sort()).toEqual(['hello', 'trouble']);
    expect(greeted.stderr).toContain('ended with 7');
    const counted = await ran(0, 'run', 'web/count');
    expect(counted.stdout).toBe('one\ntwo\n');
    const json = JSON.parse((await home.run('run', 'web/greet', '--json')).stdout);
    expect(json).toMatchObject({ job: 'web/greet', ran: true, exitCode: 7, exit: 7 });
    expect((await podman(['ps', '-a', '--format', '{{.Names}}'])).stdout.trim().split('\n')).toHaveLength(1);
    // A manual job that failed is told, and is nobody's trouble.
    expect((await home.plan()).actions).toEqual([]);
    expect((await ran(0, 'ps')).stdout).toMatch(/web\/greet +failed .*exit 7/);
    expect((await ran(1, 'run', 'web/main')).stderr).toMatch(/one of web\/count, web\/greet/);
  });

  it('retry: what failed is tried again, and only then', async () => {
    const bad = await ran(3, 'set', 'web', 'env.MODE=broken');
    expect(bad.stdout).toMatch(/ROLLED BACK .*http \/healthz 404.*reconcile retry web/);
    expect(bad.stdout).toMatch(/^next: reconcile logs web --previous/m);
    expect(await answer()).toBe('2');
    const quiet = JSON.parse((await ran(3, 'apply', '--json')).stdout);
    expect(quiet).toMatchObject({ done: [], failed: [] });
    const again = JSON.parse((await ran(3, 'retry', 'web', '--json')).stdout);
    expect(again).toMatchObject({ wasHeld: true, exit: 3 });
    expect(again.failed.map(({ code }: { code: string }) => code)).toEqual(['GATE_EXPIRED']);
    expect(await answer()).toBe('2');
    await ran(0, 'set', 'web', 'env.MODE=serve');
    await ran(0, 'retry', 'web');
    expect((await ran(0, 'retry', 'web', '-m', 'to be sure')).stdout).toMatch(
      /to be sure\nnothing was held against web/,
    );
  });

  it('undeploy: the word is meant, nothing has to be confirmed; what others run stays', async () => {
    await ran(0, 'undeploy', 'web');
    expect(existsSync(path())).toBe(false);
    expect((await podman(['ps', '-aq'])).stdout.trim()).toBe('');
    await expect(answer()).rejects.toThrow();
    expect((await home.plan()).exit).toBe(0);
  });
});
