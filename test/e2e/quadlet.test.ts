import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FleetHome } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, testImage } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Out and in again: what `release --as quadlet` writes, `import` reads; both definitions make the same container.

const reason = noRealPodman();

describe.skipIf(reason !== undefined)(`Quadlet ${reason ?? ''}`, () => {
  let home: FleetHome;

  beforeAll(async () => {
    await buildTestImage('1');
    home = await FleetHome.make({ proxy: 'none', mounts: ['/'] });
    await mkdir(join(home.dir, 'data'));
    await home.commit('two services', {
      'fleet.toml': 'name = "home"\nzone = "example.net"\n[[boot.sequence]]\nstage = "base"\nservices = ["db"]\n',
      'services/db.toml': `name = "db"
image = "${testImage('1')}"
network = "inner"
volumes = ["pg:/data", "${join(home.dir, 'data')}:/other:ro"]
env = { GREETING = "it's \\"100%\\" $HOME" }
user = "1000:1000"
restart = "on-failure"
memory = "64MiB"
tmpfs = ["/tmp"]
`,
      'services/web.toml': `name = "web"
image = "${testImage('1')}"
network = "inner"
cmd = ["/bin/sh", "-c", "exec /bin/web \\"$0\\" 50%", "a b"]
labels = { "net.example.tier" = "front" }
[[routes]]
port = 8080
[health]
type = "http"
path = "/healthz"
`,
    });
    await home.apply(0);
  });
  afterAll(() => home?.close());

  it('files and steps, in stage order, without our labels', async () => {
    const { code, stdout, stderr } = await home.run('release', '--as', 'quadlet', '--out', '../out');
    expect(code, stderr).toBe(0);
    expect((await readdir(join(home.dir, 'out'))).sort()).toEqual(['db.container', 'web.container']);
    const web = await readFile(join(home.dir, 'out', 'web.container'), 'utf8');
    expect(web).toContain('ContainerName=web\n');
    expect(web).toContain('After=db.service\n');
    expect(web).toMatch(/^PublishPort=127\.0\.0\.1:\d+:\d+\/tcp$/m);
    expect(web).not.toContain('io.reconcile.');
    expect(web).toContain('Label=net.example.tier=front\n');
    expect(web).toMatch(
      /^ExecStartPre=\/bin\/sh -c "podman network exists inner \|\| \{ podman network create .*inner; \}"$/m,
    );
    expect(stderr).toMatch(/not carried +web\/web: health: nobody probes http \/healthz/);
    const steps = stdout.trim().split('\n');
    expect(steps.filter((step) => /systemctl --user start/.test(step))).toEqual([
      'systemctl --user start db.service',
      'systemctl --user start web.service',
    ]);
    expect(steps.indexOf('reconcile install --uninstall')).toBeLessThan(
      steps.indexOf('systemctl --user daemon-reload'),
    );
    await promisify(execFile)('/bin/sh', ['-n', '-c', stdout]);
    // Nothing but files was written.
    expect((await home.plan()).actions).toEqual([]);
  });

  it('imported again, they are the same containers', async () => {
    const before = JSON.parse((await home.run('render', '--as', 'podman', '--json')).stdout) as {
      slot: string;
      command: string;
    }[];
    const { code, stdout, stderr } = await home.run('import', '../out/db.container', '../out/web.container', '--json');
    expect(code, stderr).toBe(0);
    const imported = JSON.parse(stdout) as { files: { path: string; text: string }[]; problems: string[] };
    expect(imported.problems).toEqual([]);
    const other = await FleetHome.make({ proxy: 'none', mounts: ['/'] });
    try {
      await other.commit('imported', {
        'fleet.toml': 'name = "home"\nzone = "example.net"\n',
        ...Object.fromEntries(imported.files.map(({ path, text }) => [path, text])),
      });
      const after = JSON.parse((await other.run('render', '--as', 'podman', '--json')).stdout) as {
        slot: string;
        command: string;
      }[];
      // Apart from what tells versions apart, and what a route brings: a lease of its own and its recorded spec.
      const plain = (command: string) =>
        command
          .replace(/-[0-9a-f]{8}\b/g, '-HASH')
          .replace(/ '?--label=io\.reconcile\.[^']*?'?(?= -)/g, '')
          .replace(/ --env=PORT=\d+/, '')
          // systemd has no word for the difference.
          .replace('=unless-stopped', '=always');
      for (const { command, slot } of before) {
        const again = after.find((one) => one.slot === slot);
        expect(plain(again?.command ?? ''), slot).toBe(plain(command));
      }
    } finally {
      await other.close();
    }
  });

  it('nothing that is there is replaced', async () => {
    await mkdir(join(home.dir, 'into/services'), { recursive: true });
    await writeFile(join(home.dir, 'into/services/db.toml'), 'mine\n');
    const { code, stderr } = await home.run(
      'import',
      '../out/web.container',
      '../out/db.container',
      '--out',
      '../into',
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/\[IMPORT_EXISTS\]/);
    expect(await readdir(join(home.dir, 'into/services'))).toEqual(['db.toml']);
  });
});
