import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  convergeProxy,
  freePorts,
  get,
  haproxyWorld,
  listenerActions,
  routeActions,
  startLoad,
  type WantedProxy,
  webBackend,
} from '@reconcile/testkit/proxy';
import { expect, test } from 'vitest';

const mortal = fileURLToPath(import.meta.resolve('@reconcile/testkit/proxy')).replace(/index\.ts$/, 'mortal.ts');

/** Runs the endless changer and kills it `afterMs` after its first change began. */
async function liveAndDie(args: readonly string[], afterMs: number): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', mortal, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  await ended;
}

test('killed at any moment: the proxy serves on, and the next pass finishes or undoes what was begun', async () => {
  const world = await haproxyWorld();
  const backend = await webBackend('web');
  try {
    const [port = 0, second = 0] = await freePorts(2);
    const wanted: WantedProxy = {
      listeners: [listenerActions(port)],
      routes: [{ route: routeActions({ listener: port, hostname: 'web.example.net' }), targets: [backend.target] }],
    };
    await convergeProxy(world, wanted);
    const [master] = await world.pids();
    const load = startLoad([{ port, host: 'web.example.net', isRight: (body) => body === 'web' }], 100);
    let unfinished = 0;
    for (let round = 0; round < 12; round++) {
      await liveAndDie([world.root, String(port), String(second), backend.target], 20 + round * 23);
      if ((await convergeProxy(world, wanted)).length > 0) unfinished++;
      expect(await convergeProxy(world, wanted), `round ${round}`).toEqual([]);
      expect((await get({ port, host: 'm1.example.net' })).status).toBe(404);
      await expect(get({ port: second, host: 'web.example.net' })).rejects.toThrow(/ECONNREFUSED/);
    }
    const report = await load.stop();
    process.stdout.write(`12 deaths, ${unfinished} with something half done: ${JSON.stringify(report)}\n`);
    expect(unfinished).toBeGreaterThan(3);
    expect(report.failures).toEqual([]);
    expect(await world.pids()).toContain(master);
  } finally {
    await world.close();
    await backend.kill();
  }
});

test('the proxy is started by a process that then dies, and goes on without it', async () => {
  const world = await haproxyWorld();
  const backend = await webBackend('web');
  try {
    const [port = 0, second = 0] = await freePorts(2);
    await liveAndDie([world.root, String(port), String(second), backend.target], 0);
    const pids = await world.pids();
    expect(pids.length).toBeGreaterThanOrEqual(2);
    expect([...(await world.observe()).keys()]).toContain(`listener/${port}`);
  } finally {
    await world.close();
    await backend.kill();
  }
});
