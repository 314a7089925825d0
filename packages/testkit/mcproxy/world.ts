import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import {
  type Action,
  type ApplyContext,
  type Desired,
  type Driver,
  errorText,
  type ObservedResource,
} from '@reconcile/core';
import { formatStored } from '@reconcile/core/kinds/certificate';
import { type McproxySettings, mcproxyDriver, mcproxySettings } from '@reconcile/drivers/mcproxy';
import { createHost, type Host, type ReadHost } from '@reconcile/host';
import { type RecordingHost, recordingHost } from '@reconcile/host/recording';
import { type listenerActions, proxyAction, routeActions } from '../proxy/actions.ts';
import { bareContext } from '../proxy/context.ts';
import { type McproxyConfig, type McproxyServer, mcproxyServer } from './server.ts';

/** The platform's own proxy, as far as its admin API goes, and the driver under test. */
export interface McproxyWorld {
  readonly root: string;
  readonly settings: McproxySettings;
  readonly host: RecordingHost;
  readonly driver: Driver<ReadHost, Host>;
  readonly server: McproxyServer;
  apply(...actions: readonly Action[]): Promise<void>;
  applyTogether(...actions: readonly Action[]): Promise<void>;
  /** What is ours, by key, over a host that refuses to write. */
  observe(): Promise<Map<string, ObservedResource>>;
  /** With what is not. */
  observeAll(): Promise<Map<string, ObservedResource>>;
  observing(): ApplyContext<ReadHost>;
  applying(signal?: AbortSignal): ApplyContext<Host>;
  putCertificate(hostname: string, text: string): Promise<void>;
  restart(config?: Partial<McproxyConfig>): Promise<void>;
  close(): Promise<void>;
}

/** @param listeners what definitions ask for; the proxy has them all unless `config` says otherwise */
export async function mcproxyWorld(
  listeners: readonly ReturnType<typeof listenerActions>[],
  config: Partial<McproxyConfig> = {},
): Promise<McproxyWorld> {
  const root = await mkdtemp(`${tmpdir()}/rcm-`);
  const certificatesDir = `${root}/certs`;
  await mkdir(certificatesDir, { mode: 0o700 });
  const socket = `${root}/mc-proxy.sock`;
  const settings = mcproxySettings({ socket }, { stateDir: `${root}/state`, certificatesDir });
  const base = createHost({ home: { runtimeDir: `${root}/run`, stateDir: `${root}/state` } });
  const host = recordingHost(base);
  const observing = recordingHost(base, { refuseWrites: true });
  const driver = mcproxyDriver(settings);
  const binds = listeners.flatMap(({ spec }) => spec.binds);
  const whole: McproxyConfig = { socket, database: `${root}/mc-proxy.db`, listeners: binds, ...config };
  let server = await mcproxyServer(whole);
  const contextOf = <H>(from: H, signal?: AbortSignal): ApplyContext<H> => {
    const bare = bareContext(from, signal);
    return { ...bare, desired: { ...bare.desired, resources: resourcesOf(listeners) } };
  };
  const apply = async (action: Action) => {
    await driver.apply(contextOf<Host>(host), action).catch((error: unknown) => {
      throw new Error(`${action.id}: ${errorText(error)}`, { cause: error });
    });
  };
  const observeAll = async () => {
    const { resources } = await driver.observe(contextOf<ReadHost>(observing));
    return new Map(resources.map((resource) => [resource.key, resource]));
  };
  return {
    root,
    settings,
    host,
    driver,
    get server() {
      return server;
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
    observing: () => contextOf<ReadHost>(observing),
    applying: (signal) => contextOf<Host>(host, signal),
    putCertificate: (hostname, text) =>
      writeFile(
        `${certificatesDir}/${hostname}.pem`,
        formatStored({ issuer: 'internal-ca', services: ['web'], chain: [text], key: '' }),
        { mode: 0o600 },
      ),
    async restart(changed = {}) {
      await server.stop();
      server = await mcproxyServer({ ...whole, ...changed });
    },
    async close() {
      await server.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

function resourcesOf(listeners: readonly ReturnType<typeof listenerActions>[]): Desired['resources'] {
  return Object.fromEntries(
    listeners.map(({ key, spec }) => [
      key,
      {
        key,
        kind: 'listener',
        slot: key,
        services: proxyAction(key, 'create', {}).services,
        spec: spec as never,
        specHash: '',
        references: [],
        claims: [],
      },
    ]),
  );
}

/** A life of routes from nothing to nothing, on listeners that are there before and after. */
export function mcproxyScript([one, two]: readonly ReturnType<typeof listenerActions>[]): Action[] {
  if (one === undefined || two === undefined) throw new Error('two listeners are needed');
  const mail = routeActions({ listener: one.spec.port, hostname: 'mail.example.net', tls: true });
  const web = routeActions({
    listener: two.spec.port,
    hostname: 'web.example.net',
    tls: true,
    mode: 'l7',
    certificate: 'web.example.net',
    backendTls: { verify: false, serverName: 'web.example.net' },
  });
  return [
    one.create,
    mail.create(['127.0.0.1:31001']),
    web.create(['127.0.0.1:31002']),
    mail.update(['127.0.0.1:31003']),
    web.unpark(['127.0.0.1:31004']),
    web.update([]),
    web.update(['127.0.0.1:31005']),
    mail.delete,
    web.delete,
  ];
}
