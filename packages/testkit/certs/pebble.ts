import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { selfSigned } from '../proxy/backend.ts';
import { freePorts } from '../proxy/haproxy.ts';

const root = process.env.RECONCILE_SERVERS;

/** For the title of a test that cannot run: the reason is printed with it. */
export const pebbleLacking =
  root !== undefined && existsSync(`${root}/usr/bin/pebble`)
    ? undefined
    : 'pebble is not unpacked here ($RECONCILE_SERVERS); ./dev test has it';

/** A real ACME server for tests, with a DNS server that says what it is told. */
export interface Pebble {
  readonly directory: string;
  /** PEM to believe it by. */
  readonly caFile: string;
  /** Where it asks for http-01. */
  readonly httpPort: number;
  /** PEM of the root it signs under; made anew at each start. */
  root(): Promise<string>;
  /** Adds a TXT value, beside others of the name. */
  addTxt(name: string, value: string): Promise<void>;
  clearTxt(name: string): Promise<void>;
  /** How many orders it has been asked for. */
  orders(): number;
  stop(): Promise<void>;
  close(): Promise<void>;
}

export interface PebbleOptions {
  /** Percent of nonces that it refuses, so that requests have to be tried again. Default 20. */
  readonly nonceReject?: number;
  /** Whom it asks for names, `127.0.0.1:53`; default: a server that is told what to say, and says 127.0.0.1 of any name. */
  readonly dnsServer?: string;
}

export async function startPebble({ dnsServer, nonceReject = 20 }: PebbleOptions = {}): Promise<Pebble> {
  const dir = await mkdtemp(`${tmpdir()}/pebble-`);
  const [port = 0, management = 0, httpPort = 0, dns = 0, told = 0] = await freePorts(5);
  const tls = await selfSigned(['localhost']);
  await writeFile(`${dir}/cert.pem`, tls.cert);
  await writeFile(`${dir}/key.pem`, tls.key);
  const pebble = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${management}`,
    certificate: `${dir}/cert.pem`,
    privateKey: `${dir}/key.pem`,
    httpPort,
    tlsPort: 1,
    ocspResponderURL: '',
    externalAccountBindingRequired: false,
  };
  await writeFile(`${dir}/config.json`, JSON.stringify({ pebble }));
  const libraries = (await readdir(`${root}/usr/lib`).catch(() => [])).filter((name) => name.endsWith('-linux-gnu'));
  const env = {
    PATH: '/usr/bin:/bin',
    LD_LIBRARY_PATH: libraries.map((name) => `${root}/usr/lib/${name}`).join(':'),
    PEBBLE_VA_NOSLEEP: '1',
    PEBBLE_WFE_NONCEREJECT: String(nonceReject),
  };
  let said = '';
  const run = (program: string, args: readonly string[]): ChildProcess => {
    const child = spawn(`${root}/usr/bin/${program}`, args, { env, cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        said += String(chunk);
      });
    return child;
  };
  const names = run('pebble-challtestsrv', [
    ...['-dns01', `127.0.0.1:${dns}`, '-management', `127.0.0.1:${told}`],
    ...['-http01', '', '-https01', '', '-tlsalpn01', '', '-defaultIPv6', ''],
  ]);
  const server = run('pebble', ['-config', `${dir}/config.json`, '-dnsserver', dnsServer ?? `127.0.0.1:${dns}`]);
  await until(
    () => answers(port, tls.cert),
    () => said,
  );
  const tell = async (path: string, body: object) => {
    const answer = await fetch(`http://127.0.0.1:${told}/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  };
  return {
    directory: `https://localhost:${port}/dir`,
    caFile: `${dir}/cert.pem`,
    httpPort,
    root: () => fetchText({ port: management, path: '/roots/0', ca: tls.cert }),
    addTxt: (name, value) => tell('set-txt', { host: `${name}.`, value }),
    clearTxt: (name) => tell('clear-txt', { host: `${name}.` }),
    orders: () => [...said.matchAll(/Added order/g)].length,
    stop: () => end(server),
    async close() {
      await Promise.all([end(server), end(names)]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

async function answers(port: number, ca: string): Promise<boolean> {
  const text = await fetchText({ port, path: '/dir', ca }).catch(() => '');
  return text.includes('newOrder');
}

function fetchText(from: { port: number; path: string; ca: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: 'localhost', timeout: 2000, ...from }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += String(chunk);
      });
      response.on('end', () => resolve(text));
    });
    asked.on('error', reject);
    asked.end();
  });
}

async function until(look: () => Promise<boolean>, said: () => string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await look())) {
    if (Date.now() > deadline) throw new Error(`pebble does not answer: ${said()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
