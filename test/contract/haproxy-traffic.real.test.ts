import {
  freePorts,
  get,
  type HaproxyWorld,
  haproxyWorld,
  listenerActions,
  routeActions,
  selfSigned,
  startLoad,
  type WebBackend,
  webBackend,
} from '@reconcile/testkit/proxy';
import { expect, test } from 'vitest';

// What a visitor notices of our work: nothing.

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A figure for whoever runs the tests. */
function tell(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function reloadsOf(world: HaproxyWorld): Promise<number> {
  return Number(/master\s+(\d+)/.exec(await world.askMaster('show proc'))?.[1]);
}

test('routes come, move and go under 200 requests a second: none fails, none goes astray', async () => {
  const world = await haproxyWorld();
  const steady = await webBackend('steady');
  const versions = await Promise.all([1, 2, 3, 4].map((n) => webBackend(`moving-${n}`)));
  try {
    const [port = 0, second = 0] = await freePorts(2);
    const keep = routeActions({ listener: port, hostname: 'steady.example.net' });
    const move = routeActions({ listener: port, hostname: 'moving.example.net' });
    await world.apply(listenerActions(port).create);
    await world.apply(keep.create([steady.target]), move.create([versions[0]?.target ?? '']));
    const load = startLoad(
      [
        { port, host: 'steady.example.net', isRight: (body) => body === 'steady' },
        { port, host: 'moving.example.net', isRight: (body) => body.startsWith('moving-') },
      ],
      200,
    );
    for (let round = 0; round < 12; round++) {
      const others = Array.from({ length: 5 }, (_, n) =>
        routeActions({ listener: port, hostname: `r${round}-${n}.example.net` }),
      );
      await world.applyTogether(...others.map((other) => other.create([steady.target])));
      const next = versions[(round + 1) % versions.length] as WebBackend;
      const after = versions[(round + 2) % versions.length] as WebBackend;
      await world.apply(move.update(round % 3 === 0 ? [next.target, after.target] : [next.target]));
      // A listener more or less is a reload.
      const extra = listenerActions(second);
      if (round % 4 === 1) await world.apply(extra.create);
      if (round % 4 === 3) await world.apply(extra.delete);
      await pause(100);
      if (round % 2 === 1) await world.applyTogether(...others.map((other) => other.delete));
      await pause(100);
    }
    const report = await load.stop();
    tell(`moved under load: ${JSON.stringify(report)}, ${await reloadsOf(world)} reloads`);
    expect(report.failures).toEqual([]);
    expect(report.total).toBeGreaterThan(400);
    expect(await reloadsOf(world)).toBeGreaterThan(4);
  } finally {
    await world.close();
    await Promise.all([steady, ...versions].map((backend) => backend.kill()));
  }
});

test.each(['l7', 'l4'] as const)(
  '%s: parked, the service away for two seconds: requests wait and none fails',
  async (mode) => {
    const world = await haproxyWorld();
    const tls = mode === 'l4' ? await selfSigned(['web.example.net']) : undefined;
    const options = tls === undefined ? {} : { tls };
    const before = await webBackend('before', options);
    const after = await webBackend('after', options);
    await after.kill();
    try {
      const [port = 0] = await freePorts(1);
      const web = routeActions({ listener: port, hostname: 'web.example.net', tls: mode === 'l4' });
      await world.apply(listenerActions(port, { tls: mode === 'l4' }).create, web.create([before.target]));
      const trust = tls === undefined ? {} : { ca: tls.cert };
      const host = 'web.example.net';
      const load = startLoad(
        [{ port, host, ...trust, asksAgain: mode === 'l4', isRight: (body) => body === 'before' || body === 'after' }],
        50,
      );
      await pause(700);
      await world.apply(web.park([before.target]));
      const parked = (await world.observe()).get(web.key);
      expect(parked?.state).toEqual({ targets: [before.target], parked: true, drifted: false });
      await before.stop();
      await pause(2000);
      await after.start();
      await world.apply(web.unpark([after.target]));
      await pause(500);
      const report = await load.stop();
      tell(`${mode} parked for 2 s: ${JSON.stringify(report)}`);
      expect(report.failures).toEqual([]);
      expect((await get({ port, host, ...trust })).body).toBe('after');
      expect(after.served()).toBeGreaterThan(50);
    } finally {
      await world.close();
      await before.kill();
      await after.kill();
    }
  },
);

test('one of two replicas parked: the other answers for both, at once', async () => {
  const world = await haproxyWorld();
  const [a, b] = [await webBackend('a'), await webBackend('b')];
  try {
    const [port = 0] = await freePorts(1);
    const web = routeActions({ listener: port, hostname: 'web.example.net' });
    await world.apply(listenerActions(port).create, web.create([a.target, b.target]));
    const load = startLoad([{ port, host: 'web.example.net', isRight: (body) => body === 'a' || body === 'b' }], 100);
    await pause(300);
    await world.apply(web.park([a.target]));
    await a.stop();
    const served = b.served();
    await pause(500);
    expect(b.served()).toBeGreaterThan(served + 20);
    await a.start();
    await world.apply(web.unpark([a.target, b.target]));
    const back = a.served();
    await pause(300);
    const report = await load.stop();
    tell(`one of two parked: ${JSON.stringify(report)}`);
    expect(report.failures).toEqual([]);
    expect(a.served()).toBeGreaterThan(back);
  } finally {
    await world.close();
    await a.kill();
    await b.kill();
  }
});

test('a reload waits for requests at a parked route, and is done as soon as they are served', async () => {
  const world = await haproxyWorld();
  const backend = await webBackend('web');
  try {
    const [port = 0, second = 0] = await freePorts(2);
    const web = routeActions({ listener: port, hostname: 'web.example.net' });
    const other = routeActions({ listener: port, hostname: 'other.example.net' });
    await world.apply(listenerActions(port).create, web.create([backend.target]), web.park([backend.target]));
    const waiting = get({ port, host: 'web.example.net' });
    await pause(200);
    const done: string[] = [];
    const listening = world.apply(listenerActions(second).create).then(() => done.push('listener'));
    await world.apply(other.create([backend.target])).then(() => done.push('route'));
    await pause(600);
    expect(done).toEqual(['route']);
    await world.apply(web.unpark([backend.target]));
    await listening;
    expect((await waiting).body).toBe('web');
    expect((await get({ port: second, host: 'web.example.net' })).status).toBe(404);
  } finally {
    await world.close();
    await backend.kill();
  }
});

test('connections that an old worker still has find the service after it moved', async () => {
  const world = await haproxyWorld();
  const [before, after] = [await webBackend('before'), await webBackend('after')];
  const { Agent } = await import('node:http');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const [port = 0, second = 0] = await freePorts(2);
    const web = routeActions({ listener: port, hostname: 'web.example.net' });
    await world.apply(listenerActions(port).create, web.create([before.target]));
    expect((await get({ port, host: 'web.example.net', agent })).body).toBe('before');
    await world.apply(listenerActions(second).create, web.update([after.target]));
    await before.kill();
    const answer = await get({ port, host: 'web.example.net', agent });
    expect(answer.body).toBe('after');
    expect(JSON.parse(String(answer.headers['x-seen'])).client).toBe('127.0.0.1');
  } finally {
    agent.destroy();
    await world.close();
    await before.kill();
    await after.kill();
  }
});

test('a hundred reloads leave no crowd of old workers, although connections are held open', async () => {
  const world = await haproxyWorld({ hard_stop_after: '4s' });
  const backend = await webBackend('web');
  try {
    const [port = 0, second = 0] = await freePorts(2);
    const web = routeActions({ listener: port, hostname: 'web.example.net' });
    await world.apply(listenerActions(port).create, web.create([backend.target]));
    const extra = listenerActions(second);
    const held: Promise<unknown>[] = [];
    let most = 0;
    for (let n = 0; n < 100; n++) {
      held.push(get({ port, host: 'web.example.net', path: '/slow?ms=60000' }).catch(() => undefined));
      await pause(30);
      await world.apply(n % 2 === 0 ? extra.create : extra.delete);
      most = Math.max(most, (await world.pids()).length);
    }
    await pause(5500);
    const left = await world.pids();
    tell(`100 reloads with held connections: at most ${most} processes, ${left.length} after hard_stop_after`);
    expect(await reloadsOf(world)).toBe(100);
    expect(most).toBeLessThan(20);
    expect(left.length).toBe(2);
    await world.close();
    await Promise.all(held);
  } finally {
    await world.close();
    await backend.kill();
  }
});
