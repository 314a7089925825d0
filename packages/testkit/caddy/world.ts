import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { type Action, type Driver, errorText, type ObservedResource } from '@reconcile/core';
import { formatStored } from '@reconcile/core/kinds/certificate';
import { type CaddySettings, caddyDriver, caddySettings } from '@reconcile/drivers/caddy';
import { createHost, type Host, type ReadHost } from '@reconcile/host';
import { type RecordingHost, recordingHost } from '@reconcile/host/recording';
import { bareContext } from '../proxy/context.ts';

/** Where the unpacked server lies; undefined: this machine has none, and tests that need it say so. */
export function findCaddy(): string | undefined {
  const places = [`${process.env.RECONCILE_SERVERS ?? '/nowhere'}/usr/bin/caddy`, '/usr/bin/caddy'];
  return places.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A real Caddy with a configuration that somebody made by hand, and the driver under test beside it. */
export interface CaddyWorld {
  readonly root: string;
  readonly settings: CaddySettings;
  /** Writes down every call of the driver. */
  readonly host: RecordingHost;
  readonly driver: Driver<ReadHost, Host>;
  readonly pid: number;
  /** One after the other. */
  apply(...actions: readonly Action[]): Promise<void>;
  /** All at once, as the ready actions of one plan. */
  applyTogether(...actions: readonly Action[]): Promise<void>;
  /** What is ours, by key, over a host that refuses to write. */
  observe(): Promise<Map<string, ObservedResource>>;
  /** With what is not. */
  observeAll(): Promise<Map<string, ObservedResource>>;
  /** What somebody else does at the admin API. */
  admin(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  /** Key and certificate of a name, where the driver looks for them. */
  putCertificate(hostname: string, pem: { readonly key: string; readonly cert: string }): Promise<void>;
  start(): Promise<void>;
  kill(): Promise<void>;
  close(): Promise<void>;
}

interface CaddyOptions {
  /** Its admin part; default: the socket, with our origin. */
  readonly origins?: readonly string[];
  /** What else stands in its configuration. */
  readonly apps?: unknown;
  /** Socket that the driver uses instead of the real one. */
  readonly through?: (admin: string) => string;
}

/** @throws when the machine has no Caddy: ask {@link findCaddy} first */
export async function caddyWorld(options: CaddyOptions = {}): Promise<CaddyWorld> {
  const root = await mkdtemp(`${tmpdir()}/rcc-`);
  const admin = `${root}/admin.sock`;
  await mkdir(`${root}/certs`, { mode: 0o700 });
  const { origins = ['localhost'], apps } = options;
  const config = {
    admin: { listen: `unix/${admin}`, origins },
    logging: quiet,
    ...(apps === undefined ? {} : { apps }),
  };
  await writeFile(`${root}/caddy.json`, JSON.stringify(config));
  const base = createHost({ home: { runtimeDir: `${root}/run`, stateDir: `${root}/state` } });
  const host = recordingHost(base);
  const observing = recordingHost(base, { refuseWrites: true });
  const settings = caddySettings({ admin: options.through?.(admin) ?? admin }, { certificatesDir: `${root}/certs` });
  const driver = caddyDriver(settings);
  let child: ChildProcess | undefined;
  const apply = async (action: Action) => {
    await driver.apply(bareContext<Host>(host), action).catch((error: unknown) => {
      throw new Error(`${action.id}: ${errorText(error)}`, { cause: error });
    });
  };
  const observeAll = async () => {
    const { resources } = await driver.observe(bareContext<ReadHost>(observing));
    return new Map(resources.map((resource) => [resource.key, resource]));
  };
  const world: CaddyWorld = {
    root,
    settings,
    host,
    driver,
    get pid() {
      return child?.pid ?? 0;
    },
    async apply(...actions) {
      for (const action of actions) await apply(action);
    },
    async applyTogether(...actions) {
      await Promise.all(actions.map(apply));
    },
    observeAll,
    async observe() {
      return new Map([...(await observeAll())].filter(([, { owner }]) => owner === 'managed'));
    },
    admin: (method, path, body) => askAdmin(admin, { method, path, body }),
    async putCertificate(hostname, { key, cert }) {
      const stored = formatStored({ issuer: 'internal-ca', services: ['web'], chain: [cert], key });
      await writeFile(`${root}/certs/${hostname}.pem`, stored, { mode: 0o600 });
    },
    async start() {
      child = spawn(findCaddy() ?? 'caddy', ['run', '--config', `${root}/caddy.json`], {
        env: { HOME: root, XDG_CONFIG_HOME: `${root}/config`, XDG_DATA_HOME: `${root}/data`, PATH: '/usr/bin:/bin' },
        stdio: ['ignore', 'ignore', 'ignore'],
      });
      for (let tries = 0; tries < 400; tries++) {
        const answer = await askAdmin(admin, { method: 'GET', path: 'config/' }).catch(() => undefined);
        if (answer !== undefined) return;
        await base.clock.sleep(25);
      }
      throw new Error(`Caddy does not answer: ${await readFile(`${root}/caddy.json`, 'utf8')}`);
    },
    async kill() {
      const ending = child;
      child = undefined;
      if (ending === undefined || ending.exitCode !== null) return;
      const ended = new Promise((resolve) => ending.once('exit', resolve));
      ending.kill('SIGKILL');
      await ended;
    },
    async close() {
      await world.kill();
      await rm(root, { recursive: true, force: true });
    },
  };
  await world.start();
  return world;
}

const quiet = { logs: { default: { level: 'ERROR' } } };

/** A hand-made server that answers for one name, and certificates of its own. */
export function handMade(port: number): unknown {
  return {
    http: {
      servers: {
        mine: {
          listen: [`127.0.0.1:${port}`],
          routes: [
            {
              '@id': 'mine',
              match: [{ host: ['mine.example.net'] }],
              handle: [{ handler: 'static_response', body: 'mine' }],
            },
          ],
          automatic_https: { disable: true },
        },
      },
    },
    pki: { certificate_authorities: { local: { install_trust: false } } },
  };
}

interface AdminRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

function askAdmin(
  socketPath: string,
  { method, path, body }: AdminRequest,
): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const headers = { host: 'localhost', 'content-type': 'application/json' };
    const call = request({ socketPath, method, path: `/${path}`, headers, agent: false, timeout: 5000 }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        const isJson = /^\s*[[{"n]/.test(text);
        resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(text) : text });
      });
      response.on('error', reject);
    });
    call.on('timeout', () => call.destroy(new Error('the admin API does not answer')));
    call.on('error', reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
