import { describe, expect, test } from 'vitest';
import { policyFlags } from '../compile/policy.ts';
import { compiled, keysOf, nodeFacts } from '../snapshot.fixture.ts';
import { benign, refused } from './danger.fixture.ts';

const neighbour = 'name = "metacrypt"\nimage = "docker.io/example/ca:1"\nvolumes = ["/srv/metacrypt:/srv/metacrypt"]\n';

/** A node whose owner allows every mount and every flag: only the gate is left. */
async function compileOne(more: string, waive: readonly string[] = []) {
  const image = more.startsWith('components') ? '' : 'image = "docker.io/example/web:1"\n';
  const text = `name = "web"\n${image}${more}\n`;
  const node = nodeFacts({
    policy: { mounts: ['/'], images: ['*'], flags: [...policyFlags], blast: { services: 1, percent: 25 }, waive },
    listeners: { 8443: { bind: ['127.0.0.1:8443'], tls: true } },
    guarded: {
      paths: [
        { path: '/var/lib/node/state', why: 'is what this node remembers', isSecret: true },
        { path: '/srv/fleet', why: 'says what this node runs', isSecret: false },
        { path: '/home/ops', why: 'is the home of this user', isSecret: false, isHome: true },
      ],
      ports: [
        { port: 2222, why: 'is how the owner comes in (ssh)' },
        { port: 9777, why: 'is how this node is asked (its [api])' },
      ],
    },
  });
  const { desired } = await compiled({ web: text, metacrypt: neighbour }, { node });
  return desired;
}

test('enough cases of both kinds', () => {
  expect(refused.length).toBeGreaterThanOrEqual(40);
  expect(benign.length).toBeGreaterThanOrEqual(40);
});

describe('refused, with file, line, why, and how to waive it', () => {
  test.each(refused.map((each) => [each.more, each] as const))('%s', async (more, { id, line = 3, why }) => {
    const desired = await compileOne(more);
    expect(desired.refusals).toMatchObject([{ slot: 'web/web', service: 'web', code: 'Dangerous' }]);
    const [{ message = '' } = {}] = desired.refusals;
    expect(message).toMatch(why);
    expect(message).toContain(`(services/web.toml:${line})`);
    expect(message).toMatch(/node\.toml \[policy\] waive = \[/);
    expect(message).toContain(JSON.stringify(id));
    // One poisoned service: the others go on.
    expect(keysOf(desired, 'container').map((key) => key.split('-')[0])).toEqual(['container/metacrypt']);
  });
});

describe('waived by exactly what the refusal names', () => {
  test.each(refused.map(({ more }) => [more]))('%s', async (more) => {
    const [{ message = '' } = {}] = (await compileOne(more)).refusals;
    const [, list = ''] = /waive = (\[[^\]]*\])/.exec(message) ?? [];
    const desired = await compileOne(more, JSON.parse(list) as string[]);
    expect(desired.refusals).toEqual([]);
    expect(keysOf(desired, 'container')).toHaveLength(2);
  });
});

describe('accepted', () => {
  test.each(benign.map((more) => [more]))('%s', async (more) => {
    const desired = await compileOne(more);
    expect(desired.refusals).toEqual([]);
    expect(keysOf(desired, 'container')).toHaveLength(2);
  });
});

test('a wider entry of mounts or another waiver waives nothing', async () => {
  for (const waive of ['mount:/', 'mount:/etc/ssh/', 'port:22', 'mount:*'])
    expect((await compileOne('volumes = ["/etc/ssh:/x"]', [waive])).refusals).toHaveLength(1);
});

test('a job is judged like a component, and what waits for it is not started', async () => {
  const desired = await compileOne(
    '[[jobs]]\nname = "fix"\nwhen = "before-start"\nimage = "same:web"\ncmd = ["ufw", "disable"]',
  );
  expect(desired.refusals.map(({ code, slot }) => [slot, code])).toEqual([
    ['web/web', 'PartRefused'],
    ['web/fix', 'Dangerous'],
  ]);
});
