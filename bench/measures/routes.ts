import { caddyWorld, findCaddy } from '@reconcile/testkit/caddy';
import { TestAuthority } from '@reconcile/testkit/certs';
import { freePorts, haproxyWorld, listenerActions, routeActions } from '@reconcile/testkit/proxy';
import { figures } from '../figures.ts';
import { alone, notMeasured, type Row } from '../row.ts';
import type { World } from '../world.ts';

const many = 500;
const target = '127.0.0.1:31001';

type Listener = Parameters<typeof listenerActions>;
type Ground = Pick<Awaited<ReturnType<typeof haproxyWorld>>, 'apply' | 'applyTogether' | 'observe'>;

/** A proxy with 500 routes: how long is a look, and how long takes one more? In one process, as an agent does it. */
export async function routes({ options }: World): Promise<Row[]> {
  const rows = [...(await ofHaproxy(options.runs, false)), ...(await ofHaproxy(options.runs, true))];
  const caddy = { measure: `Caddy: one more route at ${many}` };
  if (findCaddy() === undefined) return [...rows, notMeasured(caddy, 'no caddy here')];
  return [...rows, ...(await ofCaddy(options.runs, caddy))];
}

async function ofHaproxy(runs: number, tls: boolean): Promise<Row[]> {
  const world = await haproxyWorld();
  try {
    const [port = 0] = await freePorts(1);
    if (tls) {
      const ca = new TestAuthority(world.host, { root: world.root, certificatesDir: world.settings.certificatesDir });
      await ca.sign(...Array.from({ length: many + firstOnes + 2 * runs }, (_, n) => nameOf(n)));
    }
    const seen = await measure(world, { runs, listener: [port, { tls }], route: (n) => routeOf(port, n, tls) });
    const reloads = Number(/master\s+(\d+)/.exec(await world.askMaster('show proc'))?.[1]);
    const kind = tls ? ', TLS' : '';
    const note = `${reloads} reloads for all`;
    return [
      alone({ measure: `HAProxy: look at ${many} routes${kind}`, unit: 'ms', limit: 25 }, seen.looks),
      alone({ measure: `HAProxy: one more route at ${many}${kind}`, unit: 'ms', note, limit: 30 }, seen.adds),
    ];
  } finally {
    await world.close();
  }
}

async function ofCaddy(runs: number, about: { readonly measure: string }): Promise<Row[]> {
  const world = await caddyWorld();
  try {
    const [port = 0] = await freePorts(1);
    const seen = await measure(world, { runs, listener: [port], route: (n) => routeOf(port, n, false) });
    return [
      alone({ measure: `Caddy: look at ${many} routes`, unit: 'ms' }, seen.looks),
      alone({ ...about, unit: 'ms' }, seen.adds),
    ];
  } finally {
    await world.close();
  }
}

function nameOf(n: number): string {
  return `web-${n}.example.net`;
}

function routeOf(listener: number, n: number, tls: boolean): ReturnType<typeof routeActions> {
  const hostname = nameOf(n);
  return routeActions({ listener, hostname, ...(tls ? { mode: 'l7', tls: true, certificate: hostname } : {}) });
}

/** For whoever compiles. */
const firstOnes = 5;

interface Asked {
  readonly runs: number;
  readonly listener: Listener;
  readonly route: (n: number) => ReturnType<typeof routeActions>;
}

async function measure(world: Ground, { listener, route, runs }: Asked) {
  await world.apply(listenerActions(...listener).create);
  await world.applyTogether(...Array.from({ length: many }, (_, n) => route(n).create([target])));
  const looks: number[] = [];
  const adds: number[] = [];
  for (let n = 0; n < firstOnes + 2 * runs; n++) looks.push(await timed(() => world.observe()));
  for (let n = 0; n < firstOnes + 2 * runs; n++) {
    // As in every pass: what is to be done was seen in a look.
    await world.observe();
    adds.push(await timed(() => world.apply(route(many + n).create([target]))));
  }
  for (const all of [looks, adds]) all.splice(0, firstOnes);
  return { looks: figures(looks), adds: figures(adds) };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
