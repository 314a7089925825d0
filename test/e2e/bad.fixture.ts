import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { FleetHome, type FleetOptions, freePort, type RunOutcome } from '@reconcile/testkit/fleet';
import { buildTestImage, podman, testImage } from '@reconcile/testkit/podman';
import { expect } from 'vitest';

/** One container as it must still be after anything bad: the same process, not only one that runs. */
export interface Alive {
  readonly id: string;
  readonly startedAt: string;
}

/** Words of one small service: test image, short patience, a port of its own unless it has none. */
export interface Small {
  readonly name: string;
  readonly image?: string;
  readonly port?: number;
  /** Further lines of the component. */
  readonly more?: string;
}

export function small({ name, image = testImage('1'), port, more = '' }: Small): string {
  const ports = port === undefined ? '' : `ports = ["127.0.0.1:${port}:8080"]\n`;
  return `name = "${name}"
[[components]]
name = "main"
image = "${image}"
stop_timeout = "1s"
${ports}${more}
[components.update]
deadline = "1s"
min_ready = "0s"
`;
}

export const fleetToml = 'name = "home"\nzone = "example.net"\n';

/** No command of these tests may take longer: one hanging podman call and what stands around it. */
const deadlineMs = 25_000;
const dataText = 'written by a user';

/** A node with two good services, `web` with data, `other` beside it; the bad things come as a third or from outside. */
export class GoodHome {
  readonly home: FleetHome;
  readonly web: string;
  readonly other: string;

  private constructor(home: FleetHome, texts: { web: string; other: string }) {
    this.home = home;
    this.web = texts.web;
    this.other = texts.other;
  }

  static async make(options: FleetOptions = {}): Promise<GoodHome> {
    await buildTestImage('1');
    const home = await FleetHome.make({ proxy: 'none', ...options });
    const texts = {
      web: small({ name: 'web', port: await freePort(), more: 'volumes = ["web-data:/data"]' }),
      other: small({ name: 'other', port: await freePort() }),
    };
    const good = new GoodHome(home, texts);
    await home.commit('two good services', {
      'fleet.toml': fleetToml,
      'services/web.toml': texts.web,
      'services/other.toml': texts.other,
    });
    await home.apply(0);
    await podman(['exec', (await home.container('web/main')) ?? '', 'sh', '-c', `echo "${dataText}" >/data/note`]);
    return good;
  }

  /** Runs a command and insists that it ends in time, whatever it ends with. */
  async run(...args: readonly string[]): Promise<RunOutcome> {
    return this.runWith({}, ...args);
  }

  async runWith(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<RunOutcome> {
    const startedAt = performance.now();
    const outcome = await this.home.runWith(env, ...args);
    expect(performance.now() - startedAt).toBeLessThan(deadlineMs);
    return { code: outcome.code, stdout: unwrapped(outcome.stdout), stderr: unwrapped(outcome.stderr) };
  }

  /** `apply` in a mount namespace that was prepared by these shell words: a machine that lacks something. */
  async runHidden(mounts: string): Promise<RunOutcome> {
    const command = join(import.meta.dirname, '..', '..', 'dist', 'bin', 'reconcile.js');
    const script = `${mounts} && exec "$0" "$@"`;
    const args = ['--user', '--map-current-user', '--keep-caps', '--mount', 'sh', '-c', script];
    const env = { ...process.env, RECONCILE_CONFIG: this.home.config, NO_COLOR: '1' };
    return new Promise((resolve) => {
      const child = execFile(
        'unshare',
        [...args, process.execPath, command, 'apply', '-y'],
        { cwd: this.home.fleet, env, timeout: deadlineMs },
        (_error, stdout, stderr) =>
          resolve({ code: child.exitCode ?? -1, stdout: unwrapped(stdout), stderr: unwrapped(stderr) }),
      );
    });
  }

  /** Both good services' processes. */
  async alive(): Promise<Record<string, Alive>> {
    const found: Record<string, Alive> = {};
    for (const slot of ['web/main', 'other/main']) {
      const name = (await this.home.container(slot)) ?? '';
      const [id = '', startedAt = ''] = (
        await podman(['inspect', '--format', '{{.Id}} {{.State.StartedAt}}', name])
      ).stdout
        .trim()
        .split(/ (.*)/);
      found[slot] = { id, startedAt };
    }
    return found;
  }

  /** Nothing of the user's is lost: the same processes as before, and what they wrote. */
  async expectWhole(before: Record<string, Alive>): Promise<void> {
    expect(await this.alive()).toEqual(before);
    const name = (await this.home.container('web/main')) ?? '';
    expect((await podman(['exec', name, 'cat', '/data/note'])).stdout.trim()).toBe(dataText);
  }

  /** A bad thing elsewhere must not keep a good one from being put back. */
  async expectRepairs(code: string, ...args: readonly string[]): Promise<RunOutcome> {
    const name = (await this.home.container('other/main')) ?? '';
    await podman(['kill', name]);
    const outcome = await this.run('apply', '-y', ...args);
    expect(`${outcome.code} ${outcome.stderr}`).toMatch(new RegExp(`^${code} `));
    expect(await this.home.container('other/main')).toBe(name);
    return outcome;
  }
}

/** Long sentences are broken to the width, and go on further in. */
function unwrapped(text: string): string {
  return text.replace(/\n {6,}(?=\S)/g, ' ');
}
