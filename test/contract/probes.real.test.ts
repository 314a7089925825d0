import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HealthSpec } from '@reconcile/core/kinds/container';
import { probeDns, probeGrpc } from '@reconcile/engine/look';
import { createHost } from '@reconcile/host';
import { createReadHost } from '@reconcile/host/reading';
import { TestAuthority } from '@reconcile/testkit/certs';
import { type Dnsmasq, dnsmasq, serversLacking } from '@reconcile/testkit/dns';
import { type HealthServer, healthServer, notServing } from '@reconcile/testkit/grpc-health';
import { freePorts } from '@reconcile/testkit/proxy';
import { afterEach, describe, expect, test } from 'vitest';

// dns and grpc probes against real servers, and against what only looks like one.

const host = createReadHost();
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** For who answers, on a busy machine; and for who never will. */
const patientMs = 5000;
const briefMs = 400;

const target = (more: Partial<HealthSpec>, port: number, udp = false) => ({
  name: 'x',
  health: { expect: '', timeoutMs: patientMs, ...more } as HealthSpec,
  endpoint: { ip: '127.0.0.1', port },
  ...(udp ? { udp: { ip: '127.0.0.1', port } } : {}),
  containerPort: port,
  hostNetwork: false,
});

/** Accepts and says nothing, as a port forwarder may. */
async function mute(): Promise<number> {
  const server: Server = createServer((socket) => socket.on('error', () => undefined));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return (server.address() as { port: number }).port;
}

async function certificate(name: string): Promise<{ cert: string; key: string }> {
  const root = await mkdtemp(join(tmpdir(), 'probes-'));
  closing.push(() => rm(root, { recursive: true }));
  const certificatesDir = join(root, 'certificates');
  await new TestAuthority(createHost(), { root, certificatesDir }).sign(name);
  const [file = ''] = await readdir(certificatesDir);
  const text = await readFile(join(certificatesDir, file), 'utf8');
  const key = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/.exec(text)?.[0] ?? '';
  return { cert: text.replace(key, ''), key };
}

describe.skipIf(serversLacking !== undefined)(`dns probe ${serversLacking ?? ''}`, () => {
  const lines = [
    'host-record=www.example.net,192.0.2.7',
    'mx-host=example.net,mail.example.net',
    'local=/example.net/',
  ];

  async function ask({ server }: Dnsmasq, name: string, timeoutMs = patientMs): Promise<[boolean, string]> {
    return probeDns(host, target({ expect: name, timeoutMs }, Number(server.split(':')[1]), true));
  }

  test('by both transports, by name and type', async () => {
    const made = await dnsmasq(lines);
    closing.push(() => made.close());
    const { server } = made;
    expect(await ask(made, 'www.example.net')).toEqual([
      true,
      `dns udp ${server} www.example.net A: 1 records, dns tcp ${server} www.example.net A: 1 records`,
    ]);
    expect((await ask(made, 'example.net MX'))[0]).toBe(true);
    expect(await ask(made, 'no.example.net')).toEqual([false, `dns udp ${server} no.example.net A: NXDOMAIN`]);
    expect(await ask(made, 'www.example.net TXT')).toEqual([
      false,
      `dns udp ${server} www.example.net TXT: no record of that type`,
    ]);
    await made.freeze();
    expect((await ask(made, 'www.example.net', briefMs))[1]).toContain('an answer within 400 ms');
    made.wake();
  });
});

test('dns: who listens on nothing, or accepts and is silent, is not well', async () => {
  const [port = 0] = await freePorts(1);
  expect((await probeDns(host, target({ expect: 'example.net', timeoutMs: briefMs }, port, true)))[0]).toBe(false);
  expect((await probeDns(host, target({ expect: 'example.net', timeoutMs: briefMs }, await mute())))[0]).toBe(false);
  const unpublished = { ...target({ expect: 'example.net' }, port), endpoint: null };
  expect(await probeDns(host, unpublished)).toEqual([false, 'no published port to ask']);
});

describe('grpc probe', () => {
  async function serve(options: Parameters<typeof healthServer>[0] = {}): Promise<HealthServer> {
    const made = await healthServer(options);
    closing.push(() => made.close());
    return made;
  }

  test('what the health service says, of the program and of one service', async () => {
    const { port, states } = await serve();
    expect(await probeGrpc(host, target({}, port))).toEqual([true, `grpc 127.0.0.1:${port}: SERVING`]);
    states.set('', notServing);
    states.set('mcr.v1', 1);
    expect(await probeGrpc(host, target({}, port))).toEqual([false, `grpc 127.0.0.1:${port}: NOT_SERVING`]);
    expect((await probeGrpc(host, target({ expect: 'mcr.v1' }, port)))[0]).toBe(true);
    expect((await probeGrpc(host, target({ expect: 'other' }, port)))[1]).toContain('does not know "other"');
  });

  test('with TLS, whoever it is for; without it there is no answer', async () => {
    const { port } = await serve({ tls: await certificate('grpc.example.net') });
    expect((await probeGrpc(host, target({ tls: true }, port)))[0]).toBe(true);
    expect((await probeGrpc(host, target({ timeoutMs: briefMs }, port)))[0]).toBe(false);
  });

  test('who has no health service, listens on nothing, or accepts and is silent, is not well', async () => {
    const { port } = await serve({ hasHealth: false });
    expect((await probeGrpc(host, target({}, port)))[1]).toContain('no service grpc.health.v1.Health');
    const [free = 0] = await freePorts(1);
    expect((await probeGrpc(host, target({ timeoutMs: briefMs }, free)))[0]).toBe(false);
    expect((await probeGrpc(host, target({ timeoutMs: briefMs }, await mute())))[0]).toBe(false);
  });
});
