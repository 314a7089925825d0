import { createServer, type Server } from 'node:net';
import type { Plan } from '@reconcile/core';
import { freePort } from '@reconcile/testkit/fleet';
import { noRealPodman, podman, testImage } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Alive, GoodHome, small } from './bad.fixture.ts';

// One node, two good services, and beside them one of each kind that cannot be: all in one pass.

const reason = noRealPodman();

describe.skipIf(reason !== undefined)(`services that cannot be ${reason ?? ''}`, () => {
  let good: GoodHome;
  let before: Record<string, Alive>;
  const servers: Server[] = [];
  let foreign: Record<string, string>;

  const containers = async () =>
    Object.fromEntries(
      (await podman(['ps', '-a', '--no-trunc', '--format', '{{.Names}} {{.ID}}'])).stdout
        .trim()
        .split('\n')
        .map((line) => line.split(' ') as [string, string]),
    );

  /** Listens on a port and answers every request with one status. */
  async function listener(answer?: string): Promise<number> {
    const port = await freePort();
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      if (answer !== undefined) socket.on('data', () => socket.end(answer));
    });
    await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
    servers.push(server);
    return port;
  }

  beforeAll(async () => {
    good = await GoodHome.make();
    before = await good.alive();
    const taken = await listener();
    const registry = await listener('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
    const mute = async (name: string, more: string) => small({ name, port: await freePort(), more });
    await good.home.commit('one of each', {
      'services/taken.toml': small({ name: 'taken', port: taken }),
      'services/named.toml': small({ name: 'named' }),
      'services/absent.toml': small({ name: 'absent', image: `127.0.0.1:${registry}/no/such:1` }),
      'services/silent.toml': await mute('silent', 'env = { MODE = "silent" }'),
      'services/inside.toml': await mute('inside', 'env = { MODE = "loopback" }'),
      'services/ends.toml': await mute('ends', 'env = { MODE = "exit", CODE = "3" }'),
      'services/deaf.toml': small({
        name: 'deaf',
        more: 'cmd = ["/bin/httpd", "-f", "-p", "8099"]\n[[components.routes]]\nport = 8080\nhostname = "deaf.example.net"',
      }),
      'services/late.toml': small({ name: 'late', port: await freePort() }),
    });
    const named = (await good.home.plan()).changes.find((change) => change.slot === 'named/main');
    await podman(['run', '-d', '--name', named?.key.slice('container/'.length) ?? '', testImage('1')]);
    foreign = await containers();
  });
  afterAll(async () => {
    for (const server of servers) server.close();
    await good?.home.close();
  });

  it('the plan names what stands in the way before anything is done', async () => {
    const told = await good.run('plan');
    expect(told.code).toBe(3);
    expect(told.stdout).toMatch(
      /taken\/main +WAITS port 127\.0\.0\.1:\d+\/tcp is already listened on by something that is not ours; see by what: ss -ltunp/,
    );
    expect(told.stdout).toMatch(
      /named\/main +WAITS another container, not ours, has the name (named-\w+); to have it let go: podman rm \1/,
    );
    await good.expectWhole(before);
  });

  it('a pass does everything that can be done, names the rest with its reason, and ends', async () => {
    const outcome = await good.run('apply', '-y', '-o', 'json');
    expect(outcome.code).toBe(1);
    const left = JSON.parse(outcome.stdout) as Plan & { readonly failed: readonly { id: string; code: string }[] };
    const why = Object.fromEntries(left.waiting.map((wait) => [wait.services[0], `${wait.code} ${wait.message}`]));
    expect(why).toMatchObject({
      taken: expect.stringMatching(/^ClaimConflict port 127\.0\.0\.1:\d+\/tcp is already listened on/),
      named: expect.stringMatching(/^NameConflict another container, not ours/),
      absent: expect.stringMatching(/^(Reference|BackingOff) .*failed .*: pull image 127\.0\.0\.1:\d+\/no\/such:1: /),
      silent: expect.stringMatching(/^BackingOff .*not ready within 1 s: nothing listens on port 8080/),
      inside: expect.stringMatching(
        /^BackingOff .*listens on 127\.0\.0\.1:8080 inside the container.*bind 0\.0\.0\.0:8080/,
      ),
      ends: expect.stringMatching(/^BackingOff .*ended with 3 before it was ready; it said: web/),
      deaf: expect.stringMatching(/^BackingOff .*container_port = 8099/),
    });
    expect(Object.keys(why).sort()).toEqual(['absent', 'deaf', 'ends', 'inside', 'named', 'silent', 'taken']);
    expect(left.held).toEqual([]);
    expect(left.actions).toEqual([]);
    expect(left.failed).toContainEqual(expect.objectContaining({ code: 'PODMAN_PULL_FAILED' }));
    expect(await good.home.container('late/main')).toBeDefined();
    await good.expectWhole(before);
  });

  it.each(['taken', 'named'])('status of %s: why, and the next command', async (name) => {
    const told = await good.run('status', name);
    expect(told.code).toBe(3);
    expect(told.stdout).toMatch(/because +\S/);
    expect(told.stdout).toContain(`next: reconcile explain ${name}`);
  });

  it('a good one that is killed comes back all the same; what is not ours was never touched', async () => {
    await good.expectRepairs('0', '-s', 'other');
    const now = await containers();
    for (const [name, id] of Object.entries(foreign)) expect(now[name]).toBe(id);
  });
});
