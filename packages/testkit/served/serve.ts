import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createToken, type Role } from '@reconcile/agent/access';
import { type HttpServer, httpSocket, startHttp } from '@reconcile/agent/http';
import { openRegistry, type Registry } from '@reconcile/registry';
import type { Recording } from './documents.ts';
import { RecordedAgent } from './recorded-agent.ts';

/** A recorded agent behind the real HTTP API, on a port of its own. */
export interface ServedAgent {
  readonly agent: RecordedAgent;
  readonly http: HttpServer;
  readonly registry: Registry;
  /** `http://127.0.0.1:41234`. */
  readonly origin: string;
  readonly port: number;
  /** Path of the unix socket. */
  readonly socket: string;
  /** What webhooks are signed with, and how many were taken. */
  readonly hook: { readonly secret: string; readonly taken: number };
  /** Problems that no client was told. */
  readonly errors: readonly unknown[];
  /** A token's secret. */
  token(role: Role, ...services: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

/** `pages`: directory of the built dashboard. */
export async function serveAgent(recording: Recording, pages?: string): Promise<ServedAgent> {
  const dir = mkdtempSync(join(tmpdir(), 'served-'));
  const registry = openRegistry(join(dir, 'registry.db'), { mode: 'write', epoch: 0 });
  const agent = new RecordedAgent(recording);
  const errors: unknown[] = [];
  const api = {
    unix: join(dir, 'api.sock'),
    socketGroup: '',
    http: ['127.0.0.1:0'],
    hosts: ['rift.home.arpa'],
    grpc: [],
  };
  const hook = { secret: 'shared-with-the-forge', taken: 0 };
  const http = await startHttp({
    hook: {
      secret: async () => hook.secret,
      hint: () => {
        hook.taken++;
      },
    },
    service: agent,
    config: { node: 'rift', stateDir: dir, api, issuers: [] },
    registry,
    ...(pages === undefined ? {} : { pages }),
    version: '0.1.0',
    now: () => Date.now(),
    newId: randomUUID,
    uid: process.getuid?.() ?? 0,
    onError: (error) => errors.push(error),
  });
  const address = http.addresses.find((one) => one.startsWith('127.')) ?? '';
  const by = { issuer: 'test', subject: 'setup', kind: 'machine', scopes: ['admin'] } as const;
  let made = 0;
  return {
    agent,
    http,
    registry,
    origin: `http://${address}`,
    port: Number(address.split(':')[1]),
    socket: httpSocket(dir),
    hook,
    errors,
    token: async (role, ...services) => {
      const wish = { name: `t${++made}`, role, services, ttlMs: 3_600_000 };
      return (await createToken(registry, wish, { by, now: Date.now(), id: randomUUID() })).secret;
    },
    close: async () => {
      await http.close();
      await registry.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
