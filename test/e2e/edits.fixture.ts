import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sendUpdate } from '@reconcile/testkit/dns';
import { selfSigned } from '@reconcile/testkit/proxy';
import type { EditsWorld } from './edits-world.fixture.ts';

/** Something that somebody does behind our back. */
export interface Edit {
  readonly name: string;
  /** `repaired`: put back by the next pass. `reported`: not ours any more; told, waited for, and left as it is. */
  readonly end: 'repaired' | 'reported';
  /** @param pick One of these, by the run's seed. @returns how whoever did it takes it back; needed where we do not. */
  make(world: EditsWorld, pick: Pick): Promise<(() => Promise<unknown>) | undefined>;
}

export type Pick = <T>(items: readonly T[]) => T;

type Change = (text: string) => string;

const repaired = (name: string, make: (world: EditsWorld, pick: Pick) => Promise<unknown>): Edit => ({
  name,
  end: 'repaired',
  make: async (world, pick) => {
    await make(world, pick);
    return undefined;
  },
});

const reported = (name: string, make: (world: EditsWorld, pick: Pick) => Promise<() => Promise<unknown>>): Edit => ({
  name,
  end: 'reported',
  make,
});

async function rewrite(path: string, change: Change): Promise<void> {
  await writeFile(path, change(await readFile(path, 'utf8')));
}

const proxyFile = ({ home }: EditsWorld, name: string) => join(home.state, 'haproxy', name);
const storeFile = ({ home }: EditsWorld, name: string) => join(home.state, 'certificates', `${name}.pem`);
const hostsFile = ({ hosts }: EditsWorld, name: string) => `${hosts.hostsDir}/a-${name}.hosts`;
const anyName = ({ names }: EditsWorld, pick: Pick) => pick([...names.hosts, ...names.knot]);

const half: Change = (text) => text.slice(0, Math.floor(text.length / 2));

const files: readonly Edit[] = [
  repaired('a comment in haproxy.cfg', (world) =>
    rewrite(proxyFile(world, 'haproxy.cfg'), (text) => `${text}# mine\n`),
  ),
  repaired('half of haproxy.cfg', (world) => rewrite(proxyFile(world, 'haproxy.cfg'), half)),
  repaired('another address in haproxy.cfg', (world) =>
    rewrite(proxyFile(world, 'haproxy.cfg'), (text) =>
      text.replace(/server s1 127\.0\.0\.1:1\d{4}/, 'server s1 127.0.0.1:9'),
    ),
  ),
  repaired('haproxy.cfg away', (world) => rm(proxyFile(world, 'haproxy.cfg'))),
  repaired('a line more in a map', (world) =>
    rewrite(proxyFile(world, 'routes-443.map'), (text) => `${text}mine.example.net/ b0001\n`),
  ),
  repaired('a map away', (world) => rm(proxyFile(world, 'routes-443.map'))),
  repaired('an empty list of certificates', (world) => writeFile(proxyFile(world, 'crt-443.list'), '')),
  repaired('a certificate of the proxy away', (world, pick) => rm(proxyFile(world, `${anyName(world, pick)}.pem`))),
  repaired('garbage for a certificate of the proxy', (world, pick) =>
    writeFile(proxyFile(world, `${anyName(world, pick)}.pem`), 'garbage\n'),
  ),
];

const runtime: readonly Edit[] = [
  repaired('a server in maintenance', async (world, pick) =>
    world.ask(`set server ${await world.backendOf(anyName(world, pick))}/s1 state maint`),
  ),
  repaired('a server elsewhere', async (world, pick) =>
    world.ask(`set server ${await world.backendOf(anyName(world, pick))}/s1 addr 127.0.0.1 port 9`),
  ),
  repaired('a name taken out of the running map', (world, pick) =>
    world.ask(`del map routes-443.map ${anyName(world, pick)}/`),
  ),
  repaired('a name led to another backend', async (world, pick) =>
    world.ask(`set map routes-443.map ${anyName(world, pick)}/ ${await world.backendOf(world.names.hosts[0] ?? '')}x`),
  ),
  repaired('the running map emptied', (world) => world.ask('clear map routes-443.map')),
  repaired('a name more in the running map', async (world) =>
    world.ask(`add map routes-443.map mine.example.net/ ${await world.backendOf(world.names.hosts[0] ?? '')}`),
  ),
  repaired('another certificate in the running proxy', async (world, pick) => {
    const name = anyName(world, pick);
    const { cert, key } = await selfSigned([name]);
    await world.ask(`set ssl cert ${name}.pem <<\n${`${cert}${key}`.replace(/\n+/g, '\n')}\n`);
    await world.ask(`commit ssl cert ${name}.pem`);
  }),
  repaired('a certificate taken off the running list', (world, pick) =>
    world.ask(`del ssl crt-list crt-443.list ${anyName(world, pick)}.pem`),
  ),
];

const certificates: readonly Edit[] = [
  repaired('a certificate away', (world, pick) => rm(storeFile(world, anyName(world, pick)))),
  repaired('half of a certificate', (world, pick) => rewrite(storeFile(world, anyName(world, pick)), half)),
  repaired('garbage for a certificate', (world, pick) => writeFile(storeFile(world, anyName(world, pick)), 'garbage')),
  repaired('the certificate of another name', async (world, pick) => {
    const [one = '', other = ''] = world.names.hosts;
    await writeFile(storeFile(world, pick([one])), await readFile(storeFile(world, other), 'utf8'));
  }),
  repaired('the key of another certificate', async (world, pick) => {
    const name = anyName(world, pick);
    const { key } = await selfSigned([name]);
    await rewrite(storeFile(world, name), (text) => text.replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*$/, key));
  }),
  repaired('a certificate by somebody else', async (world, pick) => {
    const name = anyName(world, pick);
    const { cert, key } = await selfSigned([name]);
    await rewrite(storeFile(world, name), (text) => `${text.split('\n')[0]}\n${cert}${key}`);
  }),
];

const records: readonly Edit[] = [
  repaired('a hosts file away', (world, pick) => rm(hostsFile(world, pick(world.names.hosts)))),
  repaired('another address in a hosts file', (world, pick) =>
    rewrite(hostsFile(world, pick(world.names.hosts)), (text) => text.replace('127.0.0.1', '192.0.2.66')),
  ),
  repaired('nsupdate: another address', async ({ knot, names }, pick) => {
    const name = pick(names.knot);
    await sendUpdate(knot, [{ remove: { name, type: 'A' } }, { add: { name, type: 'A', value: '192.0.2.66' } }]);
  }),
  repaired('nsupdate: an address more', ({ knot, names }, pick) =>
    sendUpdate(knot, [{ add: { name: pick(names.knot), type: 'A', value: '192.0.2.67' } }]),
  ),
  repaired('nsupdate: the address away', ({ knot, names }, pick) =>
    sendUpdate(knot, [{ remove: { name: pick(names.knot), type: 'A' } }]),
  ),
  repaired('nsupdate: all of a name away', ({ knot, names }, pick) => {
    const name = pick(names.knot);
    return sendUpdate(knot, [
      { remove: { name, type: 'A' } },
      { remove: { name: `_reconcile-a.${name}`, type: 'TXT' } },
    ]);
  }),
  reported('nsupdate: our mark away', async ({ knot, names }, pick) => {
    const name = `_reconcile-a.${pick(names.knot)}`;
    const [value = ''] = (await knot.resolve(name, 'TXT')) ?? [];
    await sendUpdate(knot, [{ remove: { name, type: 'TXT' } }]);
    return () => sendUpdate(knot, [{ add: { name, type: 'TXT', value } }]);
  }),
  reported("our name in somebody's hosts file", async (world, pick) => {
    const path = `${world.hosts.hostsDir}/by-hand`;
    await writeFile(path, `192.0.2.9 ${pick(world.names.hosts)}\n`);
    return () => rm(path);
  }),
];

/** Every edit there is, by plane. */
export const edits: readonly Edit[] = [...files, ...runtime, ...certificates, ...records];

/** Files that nobody of us made, with their content: they have to stay as they are. */
export async function foreignText({ hosts }: EditsWorld): Promise<string> {
  const names = (await readdir(hosts.hostsDir)).filter((name) => !name.endsWith('.hosts'));
  return (await Promise.all(names.map((name) => readFile(`${hosts.hostsDir}/${name}`, 'utf8')))).join('');
}
