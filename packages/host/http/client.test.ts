import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { httpClient } from './client.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function serve(listener: RequestListener, socketPath?: string): Promise<Server> {
  const server = createServer(listener);
  await new Promise<void>((resolve) =>
    socketPath === undefined ? server.listen(0, '127.0.0.1', resolve) : server.listen(socketPath, resolve),
  );
  cleanups.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  );
  return server;
}

function url(server: Server, path = '/'): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
}

describe('httpClient', () => {
  test('https is TLS, never the same in the clear', async () => {
    const requests: string[] = [];
    const server = await serve((request, response) => {
      requests.push(request.url ?? '');
      response.end('plain');
    });
    const address = url(server).replace('http:', 'https:');
    const asked = httpClient().request({ method: 'GET', url: address, timeoutMs: 2_000 });
    await expect(asked).rejects.toMatchObject({ code: 'HTTP_FAILED' });
    expect(requests).toEqual([]);
  });

  test('any status resolves, with headers, body and trailers', async () => {
    const server = await serve((request, response) => {
      response.writeHead(404, { 'x-path': request.url ?? '', trailer: 'etag' });
      response.addTrailers({ etag: '"7"' });
      response.end('nothing');
    });
    const answer = await httpClient().request({ method: 'GET', url: url(server, '/a?b=1'), timeoutMs: 1_000 });
    expect(answer).toMatchObject({ status: 404, trailers: { etag: '"7"' } });
    expect(answer.headers['x-path']).toBe('/a?b=1');
    expect(Buffer.from(answer.body).toString()).toBe('nothing');
  });

  test('a unix socket, a body, and no redirects', async () => {
    const dir = await mkdtemp('/tmp/host-http-');
    cleanups.push(() => rm(dir, { recursive: true }));
    await serve((request, response) => {
      if (request.method === 'GET') response.writeHead(302, { location: '/elsewhere' }).end();
      else request.pipe(response);
    }, `${dir}/s`);
    const client = httpClient();
    const posted = await client.request({
      method: 'POST',
      url: 'http://d/x',
      socketPath: `${dir}/s`,
      body: 'text',
      timeoutMs: 1_000,
    });
    expect(Buffer.from(posted.body).toString()).toBe('text');
    const moved = await client.request({ method: 'GET', url: 'http://d/x', socketPath: `${dir}/s`, timeoutMs: 1_000 });
    expect(moved.status).toBe(302);
  });

  test('keeps one connection for many requests, and gets over its loss', async () => {
    const ports = new Set<number | undefined>();
    const server = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('ok');
    });
    const client = httpClient();
    for (let i = 0; i < 5; i++) await client.request({ method: 'GET', url: url(server), timeoutMs: 1_000 });
    expect(ports.size).toBe(1);
    server.closeAllConnections();
    expect((await client.request({ method: 'GET', url: url(server), timeoutMs: 1_000 })).status).toBe(200);
  });

  test('the deadline covers a body that never ends', async () => {
    const server = await serve((_, response) => {
      response.write('first');
    });
    const startedAt = performance.now();
    await expect(
      httpClient().request({ method: 'GET', url: url(server, '/slow?token=1'), timeoutMs: 100 }),
    ).rejects.toMatchObject({
      code: 'HTTP_TIMEOUT',
      message: expect.not.stringContaining('token'),
    });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  test('too much, refused, cancelled, broken, not http', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/cut') request.socket.destroy();
      else if (request.url === '/hang') return;
      else response.end('x'.repeat(1_000));
    });
    const client = httpClient();
    const get = (address: string, more = {}) =>
      client.request({ method: 'GET', url: address, timeoutMs: 1_000, ...more });
    await expect(get(url(server), { maxBytes: 999 })).rejects.toMatchObject({ code: 'HTTP_TOO_MUCH' });
    await expect(get('http://127.0.0.1:1/')).rejects.toMatchObject({ code: 'HTTP_FAILED' });
    await expect(get(url(server, '/cut'))).rejects.toMatchObject({ code: 'HTTP_FAILED' });
    await expect(get('ftp://127.0.0.1/')).rejects.toMatchObject({ code: 'HTTP_FAILED' });
    await expect(get('nonsense')).rejects.toMatchObject({ code: 'HTTP_FAILED' });
    await expect(get(url(server), { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'HTTP_CANCELLED' });
    const stop = new AbortController();
    const running = get(url(server, '/hang'), { signal: stop.signal });
    setTimeout(() => stop.abort(), 20);
    await expect(running).rejects.toMatchObject({ code: 'HTTP_CANCELLED' });
  });
});
