import { chmodSync } from 'node:fs';
import { freePort } from '@reconcile/testkit/fleet';
import { pendingMoment, type Recording, wellMoment } from '@reconcile/testkit/served';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { FarBench, type FarNode } from './bench.fixture.ts';

// Several agents at once, and one that is away; the servers are the agents' own.

let bench: FarBench;
let first: FarNode;
let second: FarNode;
let files: string;
let both: string;
let withDead: string;

const ranked = (moment: Recording, rank: number): Recording => ({ ...moment, node: { ...moment.node, rank } });

beforeAll(async () => {
  bench = await FarBench.make();
  // In the order of names the other one would come first.
  first = await bench.node(ranked(wellMoment(Date.now()), 1));
  second = await bench.node(ranked(wellMoment(Date.now()), 2));
  const laptop = await bench.pki.issue('laptop.example.net', 'clientAuth');
  chmodSync(laptop.keyFile, 0o600);
  files = `[tls]\ncert_file = "${laptop.certFile}"\nkey_file = "${laptop.keyFile}"\nroot_file = "${bench.pki.rootFile}"\n`;
  const nodes = `[nodes]\nzeta = "grpcs://127.0.0.1:${first.port}"\nalpha = "grpcs://127.0.0.1:${second.port}"\n`;
  both = bench.client(`${files}${nodes}`);
  withDead = bench.client(`${files}${nodes}gone = "grpcs://127.0.0.1:${await freePort()}"\n`);
});
afterAll(() => bench.close());
beforeEach(() => {
  for (const { agent } of [first, second]) agent.asked.length = 0;
  first.agent.recording = ranked(wellMoment(Date.now()), 1);
  second.agent.recording = ranked(wellMoment(Date.now()), 2);
});

const orders = ({ agent }: FarNode) => agent.asked.map(({ order }) => order);

test('each line with its node, in the order of names', async () => {
  const ran = await bench.run(both, ['--all-nodes', 'ps', '-q']);
  expect(ran.code, ran.err).toBe(0);
  const leads = ran.out
    .trim()
    .split('\n')
    .map((line) => line.split(' | ')[0]);
  expect(new Set(leads)).toEqual(new Set(['alpha', 'zeta ']));
  expect(leads).toEqual([...leads].sort());
});

test('one that is away: told with its code, the others answer, and the worst code counts', async () => {
  const text = await bench.run(withDead, ['--all-nodes', 'ps', '-q']);
  expect(text.code).toBe(1);
  expect(text.err).toMatch(/^gone {2}\| not reached: .*\[FAR_UNREACHED\]$/m);
  expect(text.out).toMatch(/^zeta {2}\| /m);
  const told = JSON.parse((await bench.run(withDead, ['--all-nodes', 'ps', '--json'])).out) as object;
  expect(told).toMatchObject({
    version: 1,
    exit: 1,
    nodes: {
      alpha: { exit: 0, answer: { node: 'rift' } },
      gone: { exit: 1, lost: expect.any(String), error: { code: 'FAR_UNREACHED' } },
      zeta: { exit: 0, answer: { node: 'rift' } },
    },
  });
});

test('an error of one is that one of the answer', async () => {
  const ran = await bench.run(both, ['--all-nodes', 'status', 'nobody', '--json']);
  expect(ran.code).toBe(1);
  expect(JSON.parse(ran.out)).toMatchObject({ nodes: { alpha: { exit: 1, error: { code: 'NO_SERVICE' } } } });
});

test('exec: lines of each, nothing typed reaches any', async () => {
  const ran = await bench.run(both, ['--all-nodes', 'exec', 'notes', '--', 'cat']);
  expect(ran.code, ran.err).toBe(0);
  expect(orders(first)).toEqual([{ name: 'notes', argv: ['cat'] }]);
  expect(orders(second)).toEqual([{ name: 'notes', argv: ['cat'] }]);
});

describe('apply', () => {
  test('off a terminal: by rank, one after another', async () => {
    const ran = await bench.run(both, ['--all-nodes', 'apply', '--json']);
    expect(ran.code, ran.err).toBe(0);
    expect(JSON.parse(ran.out)).toMatchObject({ exit: 0, order: ['zeta', 'alpha'] });
    expect(orders(first)).toMatchObject([{ fetch: true }]);
    expect(orders(second)).toMatchObject([{ fetch: true }]);
  });

  test('ends with the first that does not come out well, unless it is told to go on', async () => {
    first.agent.recording = ranked(pendingMoment(Date.now()), 1);
    const ran = await bench.run(both, ['--all-nodes', 'apply', '--json']);
    expect(ran.code).toBe(3);
    expect(JSON.parse(ran.out)).toMatchObject({ nodes: { alpha: { after: 'zeta' }, zeta: { exit: 3 } } });
    expect(orders(second)).toEqual([]);
    expect((await bench.run(both, ['--all-nodes', 'apply', '--keep-going'])).code).toBe(3);
    expect(orders(second)).toHaveLength(1);
  });

  test('one that is not reached is told, and the others go on', async () => {
    const ran = await bench.run(withDead, ['--all-nodes', 'apply', '--json']);
    expect(ran.code).toBe(1);
    expect(JSON.parse(ran.out)).toMatchObject({
      order: ['zeta', 'alpha'],
      nodes: { gone: { error: { code: 'FAR_UNREACHED' } }, zeta: { exit: 0 }, alpha: { exit: 0 } },
    });
  });

  test('on a terminal: the plans of all, one question, and only those plans', async () => {
    first.agent.recording = ranked(pendingMoment(Date.now()), 1);
    const no = await bench.run(both, ['--all-nodes', 'apply'], 'n\n');
    expect(no.out).toContain('zeta  | ');
    expect(no.out).toContain('alpha | ');
    expect(no.out.match(/\[y\/N\]/g)).toHaveLength(1);
    expect(no.out).toContain('Do this on zeta, then alpha? [y/N]');
    expect(no.out).toContain('Nothing was done.');
    expect(no.code).toBe(2);
    expect([...orders(first), ...orders(second)]).toEqual([]);

    const yes = await bench.run(both, ['--all-nodes', 'apply', '--keep-going'], 'y\n');
    expect(yes.out.match(/\[y\/N\]/g)).toHaveLength(1);
    expect(orders(first)).toMatchObject([{ planId: first.agent.recording.plan.id }]);
    expect(orders(second)).toMatchObject([{ planId: second.agent.recording.plan.id }]);
    await bench.run(both, ['--all-nodes', 'apply', '-y']);
    expect(orders(first)).toHaveLength(2);
  });
});

test('a change of a definition waits for one node, not for all', async () => {
  expect(await bench.run(both, ['--all-nodes', 'stop', 'notes'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('FAR_HERE'),
  });
});
