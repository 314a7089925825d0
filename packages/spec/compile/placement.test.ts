import { describe, expect, test } from 'vitest';
import { compiled, nodeFacts, plainFleet } from '../snapshot.fixture.ts';

const service = (name: string, more = '') => `name = "${name}"\nimage = "docker.io/example/${name}:1"\n${more}`;
const fleet = (more: string) => ({ 'fleet.toml': `${plainFleet}${more}` });
const here = async (files: Record<string, string>, more: Parameters<typeof compiled>[1] = {}) => {
  const { desired } = await compiled(files, more);
  return { here: Object.keys(desired.services), absences: desired.absences };
};
const assignment = (services: Record<string, string>) => ({
  fleet: 'home',
  epoch: 1,
  generation: 1,
  commit: 'c',
  services,
});

describe('which services run here', () => {
  test('a fleet without nodes is this machine', async () => {
    expect(
      await here({ a: service('a'), b: service('b', 'node = "rift"\n'), c: service('c', 'node = "other"\n') }),
    ).toEqual({
      here: ['a', 'b'],
      absences: [{ service: 'c', why: 'elsewhere', node: 'other' }],
    });
  });
  test('the canary rank of this node is recorded, another one’s is not', async () => {
    const files = { ...fleet('[nodes.rift]\nrank = 2\n[nodes.orion]\nrank = 1\n'), a: service('a') };
    expect((await compiled(files)).desired.rank).toBe(2);
    expect((await compiled(files, { node: nodeFacts({ node: 'pi' }) })).desired.rank).toBeUndefined();
  });
  test('the only node that is no edge takes the unpinned ones', async () => {
    expect(await here({ ...fleet('[nodes.rift]\n[nodes.svc]\nrole = "edge"\n'), a: service('a') })).toEqual({
      here: ['a'],
      absences: [],
    });
    expect(await here({ ...fleet('[nodes.orion]\n[nodes.svc]\nrole = "edge"\n'), a: service('a') })).toMatchObject({
      here: [],
      absences: [{ why: 'elsewhere', node: 'orion' }],
    });
  });
  test('with several, nobody says where: unplaced', async () => {
    expect(
      await here({ ...fleet('[nodes.rift]\n[nodes.orion]\n'), a: service('a'), b: service('b', 'node = "rift"\n') }),
    ).toEqual({ here: ['b'], absences: [{ service: 'a', why: 'unplaced' }] });
  });
  test('tier = "core" is the core node', async () => {
    const files = { ...fleet('[nodes.rift]\nrole = "core"\n[nodes.orion]\n'), a: service('a', 'tier = "core"\n') };
    expect((await here(files)).here).toEqual(['a']);
    expect(await here(files, { node: nodeFacts({ node: 'orion' }) })).toMatchObject({
      here: [],
      absences: [{ node: 'rift' }],
    });
  });
  test('an assignment places what is not pinned', async () => {
    const files = {
      ...fleet('[nodes.rift]\n[nodes.orion]\n'),
      a: service('a'),
      b: service('b'),
      c: service('c'),
      d: service('d', 'node = "orion"\n'),
    };
    expect(await here(files, { assignment: assignment({ a: 'rift', b: 'orion', d: 'rift' }) })).toEqual({
      here: ['a'],
      absences: [
        { service: 'b', why: 'elsewhere', node: 'orion' },
        { service: 'c', why: 'unplaced' },
        { service: 'd', why: 'elsewhere', node: 'orion' },
      ],
    });
  });
});

describe('stages', () => {
  const stages = async (files: Record<string, string>) => {
    const { desired } = await compiled(files);
    return [
      desired.stages.map((stage) => stage.name),
      Object.fromEntries(
        Object.entries(desired.services).map(([name, { stage }]) => [name, desired.stages[stage]?.name]),
      ),
    ];
  };
  const sequence = (...names: string[]) =>
    names.map((name) => `[[boot.sequence]]\nstage = "${name}"\nservices = ["${name}-service"]\n`).join('');
  test('no sequence: one stage', async () => {
    expect(await stages({ a: service('a') })).toEqual([['services'], { a: 'services' }]);
  });
  test('unlisted services form a last stage, a service may say its own', async () => {
    expect(
      await stages({
        ...fleet(sequence('one', 'two')),
        a: service('a'),
        b: service('b', 'stage = "one"\n'),
        'two-service': service('two-service'),
      }),
    ).toEqual([['one', 'two', 'services'], { a: 'services', b: 'one', 'two-service': 'two' }]);
  });
  test('the last one is called rest where services is taken, and is there only if needed', async () => {
    expect(await stages({ ...fleet(sequence('services')), a: service('a') })).toEqual([
      ['services', 'rest'],
      { a: 'rest' },
    ]);
    expect(await stages({ ...fleet(sequence('services')), 'services-service': service('services-service') })).toEqual([
      ['services'],
      { 'services-service': 'services' },
    ]);
  });
  test('timeouts', async () => {
    const { desired } = await compiled({
      ...fleet('[[boot.sequence]]\nstage = "one"\nservices = []\ntimeout = "5s"\non_timeout = "hold"\n'),
      a: service('a'),
    });
    expect(desired.stages).toEqual([
      { name: 'one', timeoutMs: 5000, onTimeout: 'hold' },
      { name: 'services', timeoutMs: 120_000, onTimeout: 'continue' },
    ]);
  });
});

describe('what fleet and node disagree about', () => {
  const warnings = async (files: Record<string, string>, node = nodeFacts()) =>
    (await compiled(files, { node })).diagnostics.map((each) => `${each.path}: ${each.message}`);
  test('nothing', async () => {
    expect(await warnings({ ...fleet('[nodes.rift]\naddress = "192.0.2.1"\n'), a: service('a') })).toEqual([]);
  });
  test('a node the fleet does not know', async () => {
    expect(await warnings({ ...fleet('[nodes.orion]\n'), a: service('a', 'node = "orion"\n') })).toEqual([
      expect.stringContaining('has no node "rift"'),
    ]);
  });
  test('an address that is not its own', async () => {
    expect(await warnings({ ...fleet('[nodes.rift]\naddress = "192.0.2.77"\n'), a: service('a') })).toEqual([
      expect.stringContaining('nodes.rift.address: other nodes dial 192.0.2.77'),
    ]);
  });
  test('a dialled port that nothing binds', async () => {
    const files = { ...fleet('[nodes.rift]\nlisten = { 443 = 8443 }\n[nodes.svc]\nrole = "edge"\n'), a: service('a') };
    expect(await warnings(files)).toEqual([
      expect.stringContaining('edges dial port 8443 of this machine for listener 443'),
    ]);
    expect(await warnings(files, nodeFacts({ listeners: { 443: { bind: ['192.0.2.1:8443'], tls: true } } }))).toEqual(
      [],
    );
  });
});
