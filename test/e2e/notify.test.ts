import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { signatureHeader, signatureOf } from '@reconcile/agent/access';
import { AgentProcess } from '@reconcile/testkit/agent';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { noRealPodman } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// What comes in from a forge and goes out to a person: a push, a signed hint of it, and the message about what it brought.

const reason = noRealPodman();
const secret = 'shared-with-the-forge';

describe.skipIf(reason !== undefined)(`hints and notifications ${reason ?? ''}`, () => {
  let home: FleetHome;
  let agent: AgentProcess;
  let other: Server;
  let port: number;
  const beats: string[] = [];
  const told: string[] = [];

  const hook = (headers: Readonly<Record<string, string>>) =>
    fetch(`http://127.0.0.1:${port}/api/v1/hook`, { method: 'POST', headers, body: '{}' });
  const converged = () => agent.until(({ last, phase }) => phase === 'idle' && last !== undefined);

  beforeAll(async () => {
    other = createServer((request, response) => {
      let text = '';
      request.on('data', (part: Buffer) => {
        text += part.toString();
      });
      request.on('end', () => {
        (request.url === '/beat' ? beats : told).push(text);
        response.end();
      });
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const at = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    port = await freePort();
    const more = `[api]\nhttp = ["127.0.0.1:${port}"]\n[notify]\nwebhook = "${at}/told"\ntemplate = "{{text}}"\nheartbeat_url = "${at}/beat"\n`;
    home = await FleetHome.make({ proxy: 'none', more });
    await home.commit('nothing yet', { 'fleet.toml': 'name = "home"\nzone = "example.net"\n' });
    const forge = join(home.dir, 'forge.git');
    await home.git('clone', '-q', '--bare', home.fleet, forge);
    await writeFile(join(home.dir, 'hook.secret'), `${secret}\n`, { mode: 0o600 });
    const remote = `[source]\nremote = "${forge}"\npoll = "1h"\nwebhook_secret_file = "hook.secret"\n`;
    await writeFile(home.config, (await readFile(home.config, 'utf8')).replace('[source]\n', remote));
    agent = await AgentProcess.start(home);
    await converged();
  });
  afterAll(async () => {
    await agent?.end();
    await home?.close();
    other?.close();
  });

  it('a good pass is followed by the heartbeat, and nobody is told of anything', async () => {
    await expect.poll(() => beats.length, { timeout: 20_000 }).toBe(1);
    expect(told).toEqual([]);
  });

  it('a push is there at the signed hint, and what it brought is told once', async () => {
    const bad = 'name = "bad"\nimage = "docker.io/example/bad:1"\nvolumes = ["/etc:/etc"]\n';
    const desk = join(home.dir, 'desk');
    await home.git('clone', '-q', join(home.dir, 'forge.git'), desk);
    await mkdir(join(desk, 'services'));
    await writeFile(join(desk, 'services', 'bad.toml'), bad);
    await home.git('-C', desk, 'add', '-A');
    await home.git('-C', desk, 'commit', '-q', '-m', 'a service that is refused');
    await home.git('-C', desk, 'push', '-q', 'origin', 'main');
    const commit = (await home.git('-C', desk, 'rev-parse', 'HEAD')).trim();
    expect((await hook({})).status).toBe(401);
    for (let i = 0; i < 5; i++)
      expect((await hook({ [signatureHeader]: signatureOf(Buffer.from('{}'), secret) })).status).toBe(202);
    await agent.until(({ source }) => source.commit === commit, 30_000);
    await expect.poll(() => told, { timeout: 20_000 }).toHaveLength(1);
    expect(told[0]).toMatch(/^rift: bad is refused\n.*\/etc.*\nnothing serves\nnext: reconcile explain bad$/s);
  });

  it('the next agent knows what was told', async () => {
    await agent.end();
    agent = await AgentProcess.start(home);
    await converged();
    const { problems } = await agent.state();
    expect([told.length, problems]).toEqual([1, {}]);
  });
});
