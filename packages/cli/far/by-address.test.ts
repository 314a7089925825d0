import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Credentials } from '@reconcile/testkit/grpc';
import { mixedMoment } from '@reconcile/testkit/served';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FarBench, type FarNode } from './bench.fixture.ts';

// The agent of another machine at its own address, with certificates on both ends; the server is the agent's.

let bench: FarBench;
let rift: FarNode;
let laptop: Credentials;
let config: string;

const files = ({ certFile, keyFile }: Credentials, rootFile: string) =>
  `[tls]\ncert_file = "${certFile}"\nkey_file = "${keyFile}"\nroot_file = "${rootFile}"\n`;
const nodes = (port: number) => `[nodes]\nrift = "grpcs://127.0.0.1:${port}"\n`;

beforeAll(async () => {
  bench = await FarBench.make();
  rift = await bench.node(mixedMoment(Date.now()));
  laptop = await bench.pki.issue('laptop.example.net', 'clientAuth');
  chmodSync(laptop.keyFile, 0o600);
  config = bench.client(`${files(laptop, bench.pki.rootFile)}${nodes(rift.port)}`);
});
afterAll(() => bench.close());

const run = (...words: readonly string[]) => bench.run(config, ['-H', 'rift', ...words]);

test.each<[string, number, RegExp]>([
  ['ps', 3, /notes/],
  ['ps -q', 3, /^notes/m],
  ['status', 3, /rift/],
  ['status notes', 3, /notes/],
  ['status --boot', 0, /foundation|core|apps/],
  ['explain notes', 0, /notes/],
  ['plan', 3, /held|waiting/],
  ['plan -s notes', 3, /notes|converged|nothing/i],
  ['--dry-run', 3, /held|waiting/],
  ['history', 0, /notes|mcr/],
  ['events', 0, /./],
  ['logs notes', 0, /./],
  ['route list', 0, /notes/],
  ['cert list', 0, /notes/],
  ['dns list', 0, /./],
])('%s', async (words, code, wanted) => {
  const ran = await run(...words.split(' '));
  expect(ran.err).not.toContain('error');
  expect(ran.code, ran.err).toBe(code);
  expect(ran.out).toMatch(wanted);
});

test('documents are what the agent says', async () => {
  const { node, plan, services } = rift.agent.recording;
  expect(JSON.parse((await run('ps', '--json')).out)).toEqual(JSON.parse(JSON.stringify(services)));
  expect(JSON.parse((await run('status', '--json')).out)).toEqual(JSON.parse(JSON.stringify(node)));
  expect(JSON.parse((await run('plan', '--json')).out)).toMatchObject({ id: plan.id, exit: plan.exit });
});

test('orders: who asks is whom the certificate stands for', async () => {
  rift.agent.asked.length = 0;
  expect(await run('freeze', 'notes', '--for', '2h', '-m', 'why not')).toMatchObject({
    code: 0,
    out: expect.stringContaining('frozen'),
  });
  await run('restart', 'rift:notes', '-m', 'new certificate');
  expect(await run('restart', 'orion:notes')).toMatchObject({ code: 1, err: expect.stringContaining('NO_NODE') });
  expect(rift.agent.asked).toEqual([
    {
      what: 'override',
      by: 'tls:laptop.example.net',
      order: { verb: 'freeze', target: 'notes', forMs: 7_200_000, why: 'why not' },
    },
    {
      what: 'apply',
      by: 'tls:laptop.example.net',
      order: { request: { verb: 'restart', target: 'notes', why: 'new certificate' } },
    },
  ]);
});

test('an agent of another release that does not know what it is asked for', async () => {
  const { recording } = rift.agent;
  rift.agent.recording = { ...recording, state: { ...recording.state, version: '9.9.9' } };
  const ran = await run('freeze', 'x'.repeat(301), '--json');
  rift.agent.recording = recording;
  expect(JSON.parse(ran.out)).toMatchObject({
    error: {
      code: 'FAR_SKEW',
      wanted: 'release 0.1.0, as this command',
      actual: expect.stringContaining('release 9.9.9'),
    },
  });
});

test('a key that others may read is not shown to anybody', async () => {
  const keyFile = join(bench.dir, 'open.key');
  copyFileSync(laptop.keyFile, keyFile);
  chmodSync(keyFile, 0o640);
  const open = bench.client(`${files({ ...laptop, keyFile }, bench.pki.rootFile)}${nodes(rift.port)}`);
  const ran = await bench.run(open, ['-H', 'rift', 'ps', '--json']);
  expect(ran.code).toBe(1);
  expect(JSON.parse(ran.out)).toMatchObject({
    error: { code: 'FAR_KEY', actual: 'mode 0640', hint: `chmod 600 ${keyFile}` },
  });
});

test('a certificate that stands for nobody, one of others, and a root that did not sign the agent', async () => {
  const stranger = await bench.pki.issue('stranger.example.net', 'clientAuth');
  chmodSync(stranger.keyFile, 0o600);
  const other = await FarBench.make();
  try {
    const foreign = await other.pki.issue('laptop.example.net', 'clientAuth');
    chmodSync(foreign.keyFile, 0o600);
    const ask = async (own: Credentials, root: string) => {
      const as = bench.client(`${files(own, root)}${nodes(rift.port)}`);
      return (JSON.parse((await bench.run(as, ['-H', 'rift', 'ps', '--json'])).out) as { error: { code: string } })
        .error;
    };
    expect(await ask(stranger, bench.pki.rootFile)).toMatchObject({ code: 'NOT_AUTHENTICATED' });
    expect(await ask(foreign, bench.pki.rootFile)).toMatchObject({ code: 'FAR_UNREACHED' });
    expect(await ask(laptop, other.pki.rootFile)).toMatchObject({
      code: 'FAR_UNREACHED',
      actual: expect.stringMatching(/self.signed|issuer|verify/i),
    });
  } finally {
    await other.close();
  }
});

test('another name than its certificate has', async () => {
  const as = bench.client(
    `${files(laptop, bench.pki.rootFile)}[nodes.rift]\nto = "grpcs://127.0.0.1:${rift.port}"\nname = "lyra.example.net"\n`,
  );
  expect(await bench.run(as, ['-H', 'rift', 'ps'])).toMatchObject({
    code: 1,
    err: expect.stringMatching(/altnames|does not match/i),
  });
  const right = bench.client(
    `${files(laptop, bench.pki.rootFile)}[nodes.rift]\nto = "grpcs://127.0.0.1:${rift.port}"\nname = "rift.example.net"\n`,
  );
  expect((await bench.run(right, ['-H', 'rift', 'ps', '-q'])).out).toContain('notes');
});

test.each([
  ['init', 'FAR_HERE'],
  ['schema', 'FAR_HERE'],
  ['doctor', 'FAR_BY_SSH'],
  ['plan --diff', 'FAR_BY_SSH'],
  ['snapshots notes', 'FAR_BY_SSH'],
])('what no agent can be asked for: %s', async (words, code) => {
  expect(await run(...words.split(' '))).toMatchObject({ code: 1, err: expect.stringContaining(code) });
});
