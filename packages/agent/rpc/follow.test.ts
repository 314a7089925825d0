import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@reconcile/testkit/fleet';
import { type Credentials, callerOf, makePki, type Pki } from '@reconcile/testkit/grpc';
import { type ServedAgent, serveAgent, wellMoment } from '@reconcile/testkit/served';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AgentRpc, type RpcOptions, startRpc } from './start.ts';

// Another node.toml under a running agent: addresses, certificates, and who is let in.

let served: ServedAgent;
let pki: Pki;
let rpc: AgentRpc;
let own: Credentials;
let laptop: Credentials;
const problems = new Map<string, unknown>();

type Api = RpcOptions['config']['api'];
const configOf = (binds: readonly string[], more: Partial<NonNullable<Api['tls']>> = {}): RpcOptions['config'] => ({
  issuers: [],
  api: {
    unix: `${served.socket}.grpc`,
    socketGroup: '',
    http: [],
    hosts: [],
    grpc: binds,
    tls: {
      certFile: own.certFile,
      keyFile: own.keyFile,
      clientCaFile: pki.rootFile,
      clients: [{ name: 'laptop.example.net', role: 'admin', services: [] }],
      ...more,
    },
  },
});

beforeAll(async () => {
  served = await serveAgent(wellMoment(Date.now()));
  pki = await makePki();
  own = await pki.issue('rift.example.net', 'serverAuth');
  laptop = await pki.issue('laptop.example.net', 'clientAuth');
  rpc = await startRpc({
    service: served.agent,
    config: { ...configOf([]), api: { ...configOf([]).api, tls: undefined } as unknown as Api },
    registry: served.registry,
    uid: 1000,
    now: Date.now,
    problem: (name, error) => (error === undefined ? problems.delete(name) : problems.set(name, error)),
  });
});
afterAll(async () => {
  await rpc.close();
  await served.close();
  await pki.close();
});

const follow = async (...of: Parameters<typeof configOf>) => (await rpc.prepare(configOf(...of))).take();
async function ask(to: string): Promise<string> {
  const caller = callerOf({ to, root: pki.root, own: laptop });
  const heard = await caller.call('State', {});
  caller.close();
  return 'code' in heard ? heard.code : 'answered';
}

test('none, one, another one, none', async () => {
  const [first, second] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  await follow([first]);
  expect(await ask(first)).toBe('answered');
  await follow([second]);
  expect([await ask(first), await ask(second)]).toEqual(['grpc 14', 'answered']);
  await follow([]);
  expect(await ask(second)).toBe('grpc 14');
  expect([...problems.keys()]).toEqual([]);
});

test('who is let in, by the new file at once', async () => {
  const address = `127.0.0.1:${await freePort()}`;
  await follow([address], { clients: [] });
  expect(await ask(address)).toBe('NOT_AUTHENTICATED');
  await follow([address]);
  expect(await ask(address)).toBe('answered');
});

test('certificates that do not fit, an address that is taken, no certificates: all is as it was', async () => {
  const [kept, other] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  await follow([kept]);
  await expect(rpc.prepare(configOf([other], { keyFile: laptop.keyFile }))).rejects.toMatchObject({ code: 'RPC_TLS' });
  await expect(rpc.prepare(configOf([other, `127.0.0.1:${served.port}`]))).rejects.toMatchObject({
    code: 'RPC_LISTEN',
  });
  const bare = configOf([other]);
  const { tls: _tls, ...api } = bare.api;
  await expect(rpc.prepare({ ...bare, api })).rejects.toMatchObject({ code: 'GRPC_NO_TLS' });
  expect([await ask(kept), await ask(other)]).toEqual(['answered', 'grpc 14']);
});

test('other files of the same address: shown from the next handshake on', async () => {
  const address = `127.0.0.1:${await freePort()}`;
  await follow([address]);
  const renewed = await pki.issue('lyra.example.net', 'serverAuth');
  const at = (name: string) => join(`${pki.rootFile}.d`.replace(/\/[^/]+$/, ''), name);
  await copyFile(renewed.certFile, at('next.pem'));
  await writeFile(at('next.key'), renewed.key);
  await follow([address], { certFile: at('next.pem'), keyFile: at('next.key') });
  const { connect } = await import('node:tls');
  const [, port] = address.split(':');
  const name = await new Promise<string>((resolve, reject) => {
    const socket = connect(
      {
        host: '127.0.0.1',
        port: Number(port),
        ca: pki.root,
        cert: laptop.cert,
        key: laptop.key,
        ALPNProtocols: ['h2'],
      },
      () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      },
    );
    socket.once('error', reject);
  });
  expect(name).toBe('lyra.example.net');
});
