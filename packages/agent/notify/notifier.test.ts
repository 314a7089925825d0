import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, createHost } from '@reconcile/host';
import { openRegistry, type Registry } from '@reconcile/registry';
import { VirtualClock } from '@reconcile/testkit/worlds';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NodeConfig, NotifyConfig } from '../config/model.ts';
import type { LastPass, Problem } from '../service/state.ts';
import { beatMs, Notifier } from './notifier.ts';

// A real server at the other end, the registry in between, and a clock that jumps.

const start = Date.UTC(2030, 0, 1);

interface Got {
  readonly path: string;
  readonly key: string;
  readonly body: string;
}

let dir: string;
let registry: Registry;
let server: Server;
let clock: Clock;
let got: Got[];
/** Statuses of the next answers; then 204. */
let answers: number[];
let problems: Map<string, Problem>;
let notify: NotifyConfig;
let open: Notifier[];

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += String(part);
  return text;
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'notify-'));
  registry = openRegistry(join(dir, 'registry.db'), { mode: 'write' });
  clock = new VirtualClock(start);
  got = [];
  answers = [];
  problems = new Map();
  open = [];
  server = createServer((request, response) => {
    void textOf(request).then((body) => {
      got.push({ path: request.url ?? '', key: String(request.headers['idempotency-key'] ?? ''), body });
      response.writeHead(answers.shift() ?? 204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  notify = { webhook: `${at}/hook-with-a-secret`, heartbeatUrl: `${at}/beat`, template: '{{state}} {{title}}' };
});
afterEach(async () => {
  for (const one of open) await one.close();
  server.closeAllConnections();
  server.close();
  await registry.close();
  rmSync(dir, { recursive: true });
});

function notifier(): Notifier {
  const made = new Notifier({
    host: { ...createHost(), clock },
    registry,
    config: () => ({ node: 'rift', stateDir: dir, notify }) as NodeConfig,
    problem: (name, problem) => {
      if (problem === undefined) problems.delete(name);
      else problems.set(name, problem);
    },
  });
  open.push(made);
  return made;
}

const bad = { outcome: 'failed', problem: { code: 'X', message: 'podman is gone' } } as unknown as LastPass;
const good = { outcome: 'converged' } as unknown as LastPass;

async function pass(of: Notifier, last: LastPass): Promise<void> {
  of.passed({ look: undefined, last, problems: new Map() });
  await of.idle();
}

const hooked = () => got.filter(({ path }) => path !== '/beat').map(({ body }) => body);
const passOpen = 'open no pass can be made';

test('sent again until it is taken, with the same id; a restart sends nothing twice', async () => {
  answers = [500, 503, 404];
  const first = notifier();
  await pass(first, bad);
  await clock.sleep(60_000);
  await pass(first, bad);
  const told = got.filter(({ body }) => body === passOpen);
  expect(told.length).toBe(4);
  expect(new Set(told.map(({ key }) => key)).size).toBe(1);
  expect(problems.get('notify')).toBeUndefined();
  await first.close();
  const second = notifier();
  await pass(second, bad);
  await pass(second, bad);
  expect(hooked().filter((body) => body === passOpen).length).toBe(4);
});

test('what nobody took is sent by the next agent; its address is in no problem', async () => {
  const taken = notify;
  notify = { ...taken, webhook: 'http://127.0.0.1:1/hook-with-a-secret' };
  let now = start;
  // A pause lasts until the agent ends.
  const sleep: Clock['sleep'] = (_ms, signal) =>
    new Promise((resolve) => {
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  clock = { now: () => now, sleep };
  const first = notifier();
  await pass(first, bad);
  now += 60_000;
  first.passed({ look: undefined, last: bad, problems: new Map() });
  await expect.poll(() => problems.get('notify')?.code).toBe('NOTIFY_FAILED');
  expect(JSON.stringify(problems.get('notify'))).not.toMatch(/hook|127\.0/);
  await first.close();
  expect(hooked()).toEqual([]);
  notify = taken;
  await pass(notifier(), bad);
  expect(hooked()).toEqual([passOpen]);
});

test('what nobody took for a day is dropped, and that is told', async () => {
  notify = { webhook: 'http://127.0.0.1:1/' };
  const one = notifier();
  await pass(one, bad);
  await clock.sleep(60_000);
  await pass(one, bad);
  expect(clock.now() - start).toBeGreaterThan(86_400_000);
  expect(problems.get('notify')?.code).toBe('NOTIFY_FAILED');
});

test('what is refused for what it is does not keep others waiting', async () => {
  answers = [400, 400, 400];
  const one = notifier();
  await pass(one, bad);
  await clock.sleep(60_000);
  await pass(one, bad);
  expect(hooked()).toEqual([passOpen, passOpen, passOpen]);
  expect(problems.get('notify')?.message).toContain('no pass can be made');
  await pass(one, bad);
  expect(hooked().length).toBe(3);
});

test('the heartbeat goes out after good passes alone, at most once in its time, and says when it fails', async () => {
  const one = notifier();
  const beats = () => got.filter(({ path }) => path === '/beat').length;
  await pass(one, bad);
  expect(beats()).toBe(0);
  await pass(one, good);
  await pass(one, good);
  expect(beats()).toBe(1);
  await clock.sleep(beatMs);
  answers = [500];
  await pass(one, good);
  expect([beats(), problems.get('heartbeat')?.code]).toEqual([2, 'HEARTBEAT_FAILED']);
  await clock.sleep(beatMs);
  await pass(one, good);
  expect([beats(), problems.get('heartbeat')]).toEqual([3, undefined]);
});

test('nothing configured: nothing is told, and nothing is kept', async () => {
  notify = {};
  await pass(notifier(), bad);
  expect(got).toEqual([]);
});
