import { get, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { freePort } from '@reconcile/testkit/fleet';
import { type ServedAgent, serveAgent, wellMoment } from '@reconcile/testkit/served';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HttpOptions } from './context.ts';

// Another node.toml under a running agent: its addresses are followed, and nobody is cut off.

let served: ServedAgent;
beforeEach(async () => {
  served = await serveAgent(wellMoment(Date.now()));
});
afterEach(() => served.close());

const configOf = (...http: readonly string[]): HttpOptions['config'] => ({
  node: 'rift',
  stateDir: '/nowhere',
  issuers: [],
  api: { unix: '/nowhere/api.sock', socketGroup: '', http, hosts: [], grpc: [] },
});
const isAlive = (address: string) =>
  fetch(`http://${address}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );
const follow = async (...http: readonly string[]) => (await served.http.prepare(configOf(...http))).take();

test('the new address answers, the old one is let go, and what stays is not touched', async () => {
  const [first, second] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  await follow(first);
  expect(await isAlive(`127.0.0.1:${served.port}`)).toBe(false);
  await follow(first, second);
  expect(served.http.addresses.slice(1)).toEqual([first, second]);
  expect([await isAlive(first), await isAlive(second)]).toEqual([true, true]);
  await follow(second);
  expect([await isAlive(first), await isAlive(second)]).toEqual([false, true]);
});

test('who follows events hears their end, and no broken connection', async () => {
  const address = `127.0.0.1:${await freePort()}`;
  await follow(address);
  const authorization = `Bearer ${await served.token('guest')}`;
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    get(`http://${address}/api/v1/events`, { headers: { authorization } }, resolve).once('error', reject),
  );
  const over = new Promise<string>((resolve) => {
    let text = '';
    response.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    response.once('end', () => resolve(text));
    response.once('error', (error) => resolve(String(error)));
  });
  await follow(`127.0.0.1:${await freePort()}`);
  expect(await over).toMatch(/^retry: 2000/);
  expect(response.complete).toBe(true);
  await expect.poll(() => served.agent.readers).toBeLessThanOrEqual(1);
});

test('a request that is under way there is answered', async () => {
  const address = `127.0.0.1:${await freePort()}`;
  await follow(address);
  const { plan } = served.agent;
  let answer: () => void = () => undefined;
  served.agent.plan = () =>
    new Promise((resolve) => {
      answer = () => void plan().then(resolve);
    });
  const authorization = `Bearer ${await served.token('guest')}`;
  const asked = fetch(`http://${address}/api/v1/plan`, { headers: { authorization } });
  await expect.poll(() => answer.toString()).toContain('plan');
  await follow(`127.0.0.1:${await freePort()}`);
  answer();
  expect((await asked).status).toBe(200);
});

test('another address of the same port: one makes room for the other', async () => {
  const port = await freePort();
  await follow(`127.0.0.1:${port}`);
  await follow(`0.0.0.0:${port}`);
  expect(await isAlive(`127.0.0.2:${port}`)).toBe(true);
  await follow(`127.0.0.1:${port}`);
  expect(await isAlive(`127.0.0.1:${port}`)).toBe(true);
  expect(await isAlive(`127.0.0.2:${port}`)).toBe(false);
});

test('an address that somebody else has: all is as it was', async () => {
  const [taken, port] = [await freePort(), await freePort()];
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(taken, '127.0.0.1', resolve));
  await follow(`127.0.0.1:${port}`);
  const wanted = [`0.0.0.0:${port}`, `127.0.0.1:${await freePort()}`, `127.0.0.1:${taken}`];
  await expect(served.http.prepare(configOf(...wanted))).rejects.toMatchObject({
    code: 'LISTEN_FAILED',
    message: expect.stringContaining(`127.0.0.1:${taken}`),
  });
  expect(await isAlive(`127.0.0.1:${port}`)).toBe(true);
  expect(await isAlive(`127.0.0.2:${port}`)).toBe(false);
  expect(await isAlive(wanted[1] ?? '')).toBe(false);
  expect(served.http.addresses.slice(1)).toEqual([`127.0.0.1:${port}`]);
  await new Promise((resolve) => other.close(resolve));
});

test('what is dropped was never there', async () => {
  const [first, second] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  await follow(first);
  const turn = await served.http.prepare(configOf(second));
  expect([await isAlive(first), await isAlive(second)]).toEqual([true, true]);
  await turn.drop();
  expect([await isAlive(first), await isAlive(second)]).toEqual([true, false]);
});

test('names that browsers may use are followed, too', async () => {
  const address = `127.0.0.1:${await freePort()}`;
  await follow(address);
  const status = () =>
    new Promise<number | undefined>((resolve, reject) =>
      get(`http://${address}/healthz`, { headers: { host: 'rift.example.net' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).once('error', reject),
    );
  expect(await status()).toBe(421);
  const config = configOf(address);
  await (await served.http.prepare({ ...config, api: { ...config.api, hosts: ['rift.example.net'] } })).take();
  expect(await status()).toBe(200);
});
