import { readFile, stat } from 'node:fs/promises';
import type { Answers, TlsIdentity, TlsServer } from '@reconcile/rpc/server';
import type { TlsConfig } from '../config/model.ts';
import { type Bound, exchange, type Turn } from '../listening/index.ts';

/** What node.toml says of gRPC on addresses. */
export interface AddressSettings {
  /** `100.64.0.1:9778`. */
  readonly binds: readonly string[];
  /** undefined only where there are no binds. */
  readonly tls: TlsConfig | undefined;
}

export interface OnAddresses extends AddressSettings {
  readonly answerers: Answers;
  /** How often files are looked at, and addresses tried that are not there yet, ms; default 10 s. */
  readonly everyMs?: number;
  readonly refused: (of: { readonly address: string; readonly why: string }) => void;
  /** What is wrong with an address or with the files; undefined: nothing any more. */
  readonly problem: (name: string, error: unknown) => void;
}

/** Servers at addresses, which follow node.toml and its files. */
export interface AddressServers {
  /** Other settings. @throws RPC_TLS RPC_LISTEN FILE_*: all is as it was */
  prepare(settings: AddressSettings): Promise<Turn>;
  close(): Promise<void>;
}

const usualMs = 10_000;

interface Now extends AddressSettings {
  /** Changes with any of the files. */
  readonly stamp: string;
  readonly identity: TlsIdentity | undefined;
}

/** gRPC on the addresses of node.toml, for as long as the agent runs: certificates are taken over as their files change. */
export async function serveOnAddresses(of: OnAddresses): Promise<AddressServers> {
  const { checkIdentity, serveRpcTls } = await import('@reconcile/rpc/server');
  const servers = new Map<string, TlsServer>();
  let now: Now = { binds: of.binds, tls: of.tls, stamp: '', identity: undefined };

  const renew = async (): Promise<void> => {
    if (now.tls === undefined || now.binds.length === 0) return;
    const stamp = await stampOf(now.tls);
    if (stamp === now.stamp) return;
    const identity = await readIdentity(now.tls);
    for (const server of servers.values()) server.renew(identity);
    // Only now: what does not fit is tried, and told, until it does.
    now = { ...now, identity, stamp };
  };
  const listen = async (bind: string, identity: TlsIdentity | undefined): Promise<void> => {
    const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(bind) ?? [];
    if (identity === undefined || servers.has(bind)) return;
    const { answerers, refused } = of;
    const place = { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
    servers.set(bind, await serveRpcTls({ ...place, identity, answerers, refused }));
  };
  const told = async (name: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
      of.problem(name, undefined);
    } catch (error) {
      of.problem(name, error);
    }
  };
  const look = async (): Promise<void> => {
    if (now.tls !== undefined && now.binds.length > 0) await told('grpc certificates', renew);
    for (const bind of now.binds) await told(`grpc ${bind}`, () => listen(bind, now.identity));
  };
  const leave = async (bind: string): Promise<void> => {
    const server = servers.get(bind);
    servers.delete(bind);
    await server?.close();
  };
  const bound = (name: string, identity: () => TlsIdentity | undefined): Bound => ({
    name,
    open: () => listen(name, identity()),
    pause: () => leave(name),
    resume: () => told(`grpc ${name}`, () => listen(name, now.identity)),
    close: () => leave(name),
  });
  const prepare = async ({ binds, tls }: AddressSettings): Promise<Turn> => {
    const files = binds.length === 0 ? undefined : tls;
    const stamp = files === undefined ? '' : await stampOf(files);
    const identity = files === undefined ? undefined : await readIdentity(files);
    if (identity !== undefined) checkIdentity(identity);
    const gone = now.binds.filter((bind) => !binds.includes(bind)).map((bind) => bound(bind, () => now.identity));
    const fresh = binds.filter((bind) => !now.binds.includes(bind)).map((bind) => bound(bind, () => identity));
    const turn = await exchange(gone, fresh);
    return {
      ...turn,
      take: async () => {
        now = { binds, tls, stamp, identity };
        await turn.take();
        for (const { name } of gone) of.problem(`grpc ${name}`, undefined);
        if (identity === undefined) of.problem('grpc certificates', undefined);
        else for (const server of servers.values()) server.renew(identity);
      },
    };
  };

  await look();
  // One thing at a time: a look must not listen on what is about to go.
  let working = Promise.resolve();
  const timer = setInterval(() => {
    working = working.then(look);
  }, of.everyMs ?? usualMs);
  timer.unref();
  return {
    prepare: async (settings) => {
      await working;
      let free: () => void = () => undefined;
      working = new Promise((resolve) => {
        free = resolve;
      });
      try {
        const turn = await prepare(settings);
        return { take: () => turn.take().finally(free), drop: () => turn.drop().finally(free) };
      } catch (error) {
        free();
        throw error;
      }
    },
    close: async () => {
      clearInterval(timer);
      await working;
      await Promise.all([...servers.values()].map((server) => server.close()));
    },
  };
}

async function readIdentity({ certFile, clientCaFile, keyFile }: TlsConfig): Promise<TlsIdentity> {
  const files = [certFile, keyFile, clientCaFile];
  const [cert = '', key = '', clientCa = ''] = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return { cert, key, clientCa };
}

/** Changes with any of them. A file that is not there is one of its states. */
async function stampOf({ certFile, clientCaFile, keyFile }: TlsConfig): Promise<string> {
  const files = [certFile, keyFile, clientCaFile];
  const stats = await Promise.all(files.map((file) => stat(file, { bigint: true }).catch(() => undefined)));
  return stats.map((one) => (one === undefined ? '-' : `${one.ino} ${one.mtimeNs} ${one.size}`)).join(' ');
}
