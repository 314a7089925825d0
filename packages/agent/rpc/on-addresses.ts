import { readFile, stat } from 'node:fs/promises';
import type { Answers, TlsIdentity, TlsServer } from '@reconcile/rpc/server';
import type { TlsConfig } from '../config/model.ts';

export interface OnAddresses {
  /** `100.64.0.1:9778`. */
  readonly binds: readonly string[];
  readonly tls: TlsConfig;
  readonly answerers: Answers;
  /** How often files are looked at, and addresses tried that are not there yet, ms; default 10 s. */
  readonly everyMs?: number;
  readonly refused: (of: { readonly address: string; readonly why: string }) => void;
  /** What is wrong with an address or with the files; undefined: nothing any more. */
  readonly problem: (name: string, error: unknown) => void;
}

const usualMs = 10_000;

/** gRPC on the addresses of node.toml, for as long as the agent runs: certificates are taken over as their files change. */
export async function serveOnAddresses(of: OnAddresses): Promise<{ close(): Promise<void> }> {
  const { serveRpcTls } = await import('@reconcile/rpc/server');
  const servers = new Map<string, TlsServer>();
  const files = [of.tls.certFile, of.tls.keyFile, of.tls.clientCaFile] as const;
  let stamp = '';
  let identity: TlsIdentity | undefined;

  const read = async (): Promise<void> => {
    const now = await stampOf(files);
    if (now === stamp) return;
    const [cert, key, clientCa] = await Promise.all(files.map((file) => readFile(file, 'utf8')));
    const renewed = { cert: cert ?? '', key: key ?? '', clientCa: clientCa ?? '' };
    for (const server of servers.values()) server.renew(renewed);
    identity = renewed;
    // Only now: what does not fit is tried, and told, until it does.
    stamp = now;
  };
  const listen = async (bind: string): Promise<void> => {
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
    await told('grpc certificates', read);
    for (const bind of of.binds) await told(`grpc ${bind}`, () => listen(bind));
  };
  await look();
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, of.everyMs ?? usualMs);
  timer.unref();
  return {
    close: async () => {
      clearInterval(timer);
      await looking;
      await Promise.all([...servers.values()].map((server) => server.close()));
    },
  };
}

/** Changes with any of them. A file that is not there is one of its states. */
async function stampOf(files: readonly string[]): Promise<string> {
  const stats = await Promise.all(files.map((file) => stat(file, { bigint: true }).catch(() => undefined)));
  return stats.map((one) => (one === undefined ? '-' : `${one.ino} ${one.mtimeNs} ${one.size}`)).join(' ');
}
