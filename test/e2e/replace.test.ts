import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { buildTestImage, noRealPodman, podman, testImage } from '@reconcile/testkit/podman';
import { startLoad } from '@reconcile/testkit/proxy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Replacements through HAProxy under 200 requests a second: none fails, start-first or stop-first, good or bad.

const reason = noRealPodman();

describe.skipIf(reason !== undefined)(`replacement under load ${reason ?? ''}`, () => {
  let home: FleetHome;
  let port: number;

  const service = (options: { image: string; mode?: string; volume?: boolean; version: string }) => `name = "web"
[[components]]
name = "main"
image = "${testImage(options.image)}"
env = { VERSION = "${options.version}", MODE = "${options.mode ?? 'serve'}" }
${options.volume === true ? 'volumes = ["web-data:/data"]' : ''}
stop_timeout = "1s"
[[components.routes]]
port = 8080
hostname = "web.example.net"
[components.health]
type = "http"
path = "/healthz"
[components.update]
deadline = "6s"
min_ready = "500ms"
drain = "2s"
`;

  beforeAll(async () => {
    await buildTestImage('1');
    port = await freePort();
    home = await FleetHome.make({ listeners: { 8080: `127.0.0.1:${port}` } });
    await home.commit('first', {
      'fleet.toml': 'name = "home"\nzone = "example.net"\n',
      'services/web.toml': service({ image: '1', version: 'a' }),
    });
    await home.apply(0);
  });
  afterAll(() => home?.close());

  async function underLoad(wanted: number) {
    const answers = new Set<string>();
    const load = startLoad(
      [{ port, host: 'web.example.net', isRight: (body) => answers.add(body.trim()) !== undefined }],
      200,
    );
    await home.apply(wanted);
    const { failures, total } = await load.stop();
    expect(total).toBeGreaterThan(100);
    return { failures, answers: [...answers].sort() };
  }

  it('start-first: the plan says so and why; no request fails', async () => {
    await home.commit('b', { 'services/web.toml': service({ image: '1', version: 'b' }) });
    const [change] = (await home.plan()).changes.filter((one) => one.kind === 'container');
    expect(change?.strategy).toEqual({ mode: 'start-first', why: 'nothing it holds forbids two at once' });
    const { answers, failures } = await underLoad(0);
    expect(failures).toEqual([]);
    expect(answers).toEqual(['a', 'b']);
  });

  it('a version that never gets healthy is rolled back: started once, no request fails, the good one serves throughout', async () => {
    const good = await home.container('web/main');
    await home.commit('bad', { 'services/web.toml': service({ image: '1', version: 'c', mode: 'broken' }) });
    const since = new Date().toISOString();
    const { answers, failures } = await underLoad(3);
    expect(failures).toEqual([]);
    expect(answers).toEqual(['b']);
    expect(await home.container('web/main')).toBe(good);
    const { stdout } = await podman([
      'events',
      '--stream=false',
      '--since',
      since,
      '--filter',
      'event=start',
      '--format',
      '{{.Name}}',
    ]);
    expect(
      stdout
        .trim()
        .split('\n')
        .filter((name) => name.startsWith('web-')),
    ).toHaveLength(1);
    const again = await home.run('apply', '-y');
    expect(again.code).toBe(3);
    expect((await home.plan()).held.map((hold) => hold.code)).toEqual(['KnownBad']);
    await podman(['kill', good ?? '']);
    await home.apply(3);
    expect(await home.container('web/main')).toBe(good);
  });

  it('stop-first for a volume with one writer: requests wait, none fails', async () => {
    await home.commit('with data', { 'services/web.toml': service({ image: '1', version: 'd', volume: true }) });
    await home.apply(0);
    await home.commit('e', { 'services/web.toml': service({ image: '1', version: 'e', volume: true }) });
    const [change] = (await home.plan()).changes.filter((one) => one.kind === 'container');
    expect(change?.strategy).toEqual({ mode: 'stop-first', why: 'volume web-data has one writer' });
    expect(change?.parked).toBe(true);
    const { answers, failures } = await underLoad(0);
    expect(failures).toEqual([]);
    expect(answers).toEqual(['d', 'e']);
  });

  it('stop-first, and the new version is bad: the old one is started again behind the parked route, no request fails', async () => {
    const good = await home.container('web/main');
    await home.commit('bad with data', {
      'services/web.toml': service({ image: '1', version: 'f', volume: true, mode: 'broken' }),
    });
    const { answers, failures } = await underLoad(3);
    expect(failures).toEqual([]);
    expect(answers).toEqual(['e']);
    expect(await home.container('web/main')).toBe(good);
  });
});
