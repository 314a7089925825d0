import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { AgentProcess } from '@reconcile/testkit/agent';
import { FleetHome, freePort } from '@reconcile/testkit/fleet';
import { type Credentials, callerOf, makePki, type Pki } from '@reconcile/testkit/grpc';
import { noRealPodman } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// node.toml of a running agent, changed: kill -HUP, and what listens follows it.

const reason = noRealPodman();

describe.skipIf(reason !== undefined)(`a changed node.toml ${reason ?? ''}`, () => {
  let home: FleetHome;
  let agent: AgentProcess;
  let bare: string;
  let pki: Pki;
  let own: Credentials;
  let laptop: Credentials;

  beforeAll(async () => {
    pki = await makePki();
    own = await pki.issue('rift.example.net', 'serverAuth');
    laptop = await pki.issue('laptop.example.net', 'clientAuth');
    home = await FleetHome.make({ proxy: 'none' });
    bare = await readFile(home.config, 'utf8');
    await home.commit('nothing', { 'fleet.toml': 'name = "home"\nzone = "example.net"\n' });
    agent = await AgentProcess.start(home);
    await agent.converged();
  });
  afterAll(async () => {
    await agent?.end();
    await home?.close();
    await pki?.close();
  });

  const isAlive = (port: number) =>
    fetch(`http://127.0.0.1:${port}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  const api = (http: readonly number[], grpc: readonly number[]) => {
    const list = (ports: readonly number[]) => ports.map((port) => `"127.0.0.1:${port}"`).join(', ');
    const tls = `[api.tls]\ncert_file = "${own.certFile}"\nkey_file = "${own.keyFile}"\nclient_ca_file = "${pki.rootFile}"\n[[api.tls.clients]]\nname = "laptop.example.net"\nrole = "guest"\n`;
    return `[api]\nhttp = [${list(http)}]\ngrpc = [${list(grpc)}]\n${tls}`;
  };
  const become = async (text: string) => {
    await writeFile(home.config, `${bare}${text}`, { mode: 0o600 });
    agent.signal('SIGHUP');
  };
  const grpc = async (port: number) => {
    const caller = callerOf({ to: `127.0.0.1:${port}`, root: pki.root, own: laptop });
    const heard = await caller.call('State', {});
    caller.close();
    return 'answer' in heard;
  };

  it('HTTP and gRPC come, move and go; an address that is taken changes nothing and is told', async () => {
    const [first, second, third] = [await freePort(), await freePort(), await freePort()];
    await become(api([first], [second]));
    await expect.poll(() => isAlive(first), { timeout: 20_000 }).toBe(true);
    expect(await grpc(second)).toBe(true);

    const other = createServer();
    const taken = await freePort();
    await new Promise<void>((resolve) => other.listen(taken, '127.0.0.1', resolve));
    await become(api([third, taken], []));
    const refused = await agent.until(({ problems }) => problems['node.toml'] !== undefined);
    expect(refused.problems['node.toml']).toMatchObject({ code: 'LISTEN_FAILED' });
    expect([await isAlive(first), await isAlive(third), await grpc(second)]).toEqual([true, false, true]);
    await expect.poll(() => agent.said).toContain('the old node.toml stays in force');
    expect((await home.run('events', '--json')).stdout).toContain('"condition":"NodeConfig"');
    await new Promise((resolve) => other.close(resolve));

    await become(api([third, taken], []));
    await agent.until(({ problems }) => problems['node.toml'] === undefined);
    await expect.poll(() => isAlive(first)).toBe(false);
    expect([await isAlive(third), await isAlive(taken), await grpc(second)]).toEqual([true, true, false]);
    await expect.poll(() => agent.said).toContain('node.toml as it is now is in force');
  });
});
