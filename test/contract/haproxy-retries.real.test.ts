import { createServer, type Server, type Socket } from 'node:net';
import { freePorts, get, haproxyWorld, listenerActions, routeActions, webBackend } from '@reconcile/testkit/proxy';
import { afterEach, expect, test } from 'vitest';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Closing {
  readonly target: string;
  /** Methods as they came, of all connections. */
  readonly seen: string[];
}

/** Answers one request on each connection and closes it under the next one, as a server does that is being stopped. */
async function closing(answersFirst: boolean): Promise<Closing> {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    let asked = 0;
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      seen.push(String(chunk).split(' ')[0] ?? '');
      asked++;
      if (asked === 1 && (answersFirst || seen.length > 3))
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      else socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { target: `127.0.0.1:${(server.address() as { port: number }).port}`, seen };
}

/** Asks twice on one connection. */
async function twice(port: number, method: string): Promise<string[]> {
  const { Agent, request } = await import('node:http');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const answers: string[] = [];
  try {
    for (let time = 0; time < 2; time++) {
      answers.push(
        await new Promise((resolve) => {
          const asking = request(
            { host: '127.0.0.1', port, method, agent, headers: { host: 'web.example.net' } },
            (answer) => {
              answer.resume();
              answer.on('end', () => resolve(String(answer.statusCode)));
            },
          );
          asking.on('error', (error) => resolve(error.message));
          asking.end(method === 'POST' ? 'pay' : undefined);
        }),
      );
    }
  } finally {
    agent.destroy();
  }
  return answers;
}

async function serving(target: string): Promise<number> {
  const world = await haproxyWorld();
  cleanups.push(world.close);
  const [port = 0] = await freePorts(1);
  const web = routeActions({ listener: port, hostname: 'web.example.net' });
  await world.apply(listenerActions(port).create, web.create([target]));
  return port;
}

test('a kept connection that the program closes under a request: who only reads is asked again and notices nothing', async () => {
  const program = await closing(true);
  expect(await twice(await serving(program.target), 'GET')).toEqual(['200', '200']);
  expect(program.seen).toEqual(['GET', 'GET', 'GET']);
});

test('who may have changed something is not sent twice', async () => {
  const program = await closing(true);
  const [first, second] = await twice(await serving(program.target), 'POST');
  expect(first).toBe('200');
  expect(second).not.toBe('200');
  expect(program.seen).toEqual(['POST', 'POST']);
});

test('a program that breaks off before it answers is asked again, too', async () => {
  const program = await closing(false);
  expect(await twice(await serving(program.target), 'GET')).toEqual(['200', '200']);
  expect(program.seen.length).toBeGreaterThan(4);
});

test('numbers for Prometheus: of our own listeners, on loopback, and nowhere unless asked for', async () => {
  const [port = 0, metrics = 0, taken = 0] = await freePorts(3);
  const world = await haproxyWorld({ metrics: `127.0.0.1:${metrics}` });
  cleanups.push(world.close);
  const backend = await webBackend('web');
  cleanups.push(backend.kill);
  const web = routeActions({ listener: port, hostname: 'web.example.net' });
  await world.apply(listenerActions(port).create, web.create([backend.target]));
  await get({ port, host: 'web.example.net' });
  const told = await get({ port: metrics, host: 'localhost', path: '/metrics' });
  expect(told.status).toBe(200);
  expect(told.body).toMatch(new RegExp(`^haproxy_frontend_http_requests_total\\{proxy="l${port}"\\} 1$`, 'm'));
  expect((await get({ port: metrics, host: 'localhost' })).status).toBe(404);
  expect((await world.observe()).get(`listener/${port}`)?.state).toEqual({ binds: [`127.0.0.1:${port}`], tls: false });

  // Switched off by hand: seen, and put back.
  await world.ask('disable frontend metrics');
  const drifted = (await world.observe()).get(`listener/${port}`);
  expect(drifted?.state).toMatchObject({ drifted: true });
  await world.apply(listenerActions(port).update({}));
  expect((await get({ port: metrics, host: 'localhost', path: '/metrics' })).status).toBe(200);

  // An address that is taken: told by name, and the route stays as it is.
  const busy = await webBackend('busy', { port: taken });
  cleanups.push(busy.kill);
  const moved = await haproxyWorld({ metrics: `127.0.0.1:${taken}` }, world.root);
  await expect(moved.apply(listenerActions(port).update({}))).rejects.toThrow(`127.0.0.1:${taken} is in use`);
  expect((await get({ port, host: 'web.example.net' })).body).toBe('web');
});
