import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { type Action, type Driver, errorText, type Json, type ObservedResource } from '@reconcile/core';
import { type HaproxySettings, haproxyDriver, haproxySettings, haproxyTable } from '@reconcile/drivers/haproxy';
import { createHost, type Host, type ReadHost } from '@reconcile/host';
import { type RecordingHost, recordingHost } from '@reconcile/host/recording';
import { bareContext } from './context.ts';

/** A real HAProxy of its own, below a temporary directory, run by the driver under test. */
export interface HaproxyWorld {
  readonly root: string;
  readonly settings: HaproxySettings;
  /** Writes down every call of the driver. */
  readonly host: RecordingHost;
  readonly driver: Driver<ReadHost, Host>;
  /** One after the other. */
  apply(...actions: readonly Action[]): Promise<void>;
  /** All at once, as the ready actions of one plan. */
  applyTogether(...actions: readonly Action[]): Promise<void>;
  /** By key, over a host that refuses to write. */
  observe(): Promise<Map<string, ObservedResource>>;
  /** Sends one line to the runtime API, as somebody behind our back would. */
  ask(line: string): Promise<string>;
  askMaster(line: string): Promise<string>;
  /** Ids of all its processes. */
  pids(): Promise<number[]>;
  close(): Promise<void>;
}

/** @param root An existing world's directory: a second life over the same proxy. */
export async function haproxyWorld(table: Record<string, unknown> = {}, root?: string): Promise<HaproxyWorld> {
  return worldAt(root ?? (await mkdtemp(`${tmpdir()}/rcp-`)), table);
}

function worldAt(root: string, table: Record<string, unknown>): HaproxyWorld {
  const base = createHost({ home: { runtimeDir: `${root}/run`, stateDir: `${root}/state` } });
  const host = recordingHost(base);
  const observing = recordingHost(base, { refuseWrites: true });
  const places = { stateDir: `${root}/state`, runtimeDir: `${root}/run`, answersChallenges: true };
  const settings = haproxySettings(haproxyTable.parse(table), places);
  const driver = haproxyDriver(settings);
  // As an agent does: what one look noted is there for the next.
  let notes: Readonly<Record<string, Json>> = {};
  const contextOf = <H>(given: H) => {
    const bare = bareContext<H>(given);
    return { ...bare, ledger: { ...bare.ledger, notes } };
  };
  const apply = async (action: Action) => {
    await driver.apply(contextOf<Host>(host), action).catch((error: unknown) => {
      throw new Error(`${action.id}: ${errorText(error)} ${JSON.stringify(error)}`, { cause: error });
    });
  };
  const ask = (socket: string, line: string) => base.net.ask(socket, `${line}\n`, { timeoutMs: 3000 });
  const pids = () => processesWith(settings.configFile);
  return {
    root,
    settings,
    host,
    driver,
    async apply(...actions) {
      for (const action of actions) await apply(action);
    },
    async applyTogether(...actions) {
      await Promise.all(actions.map(apply));
    },
    async observe() {
      const { notes: noted, resources } = await driver.observe(contextOf<ReadHost>(observing));
      notes = noted ?? {};
      return new Map(resources.map((resource) => [resource.key, resource]));
    },
    ask: (line) => ask(settings.statsSocket, line),
    async askMaster(line) {
      // Away for a moment after a start and after each reload.
      for (let tries = 0; tries < 100; tries++) {
        const said = await ask(settings.masterSocket, `${line};quit`).catch(() => undefined);
        if (said !== undefined) return said;
        await base.clock.sleep(10);
      }
      throw new Error("the master's socket does not come back");
    },
    pids,
    async close() {
      for (const pid of await pids()) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It went by itself.
        }
      }
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** By an argument that no other program has. */
async function processesWith(argument: string): Promise<number[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
      return text.split('\0').includes(argument) ? [Number(name)] : [];
    }),
  );
  return found.flat();
}

/** Ports on loopback that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
