import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compiled, keysOf, nodeFacts } from '../snapshot.fixture.ts';
import { isWithin, matches, policyFlags } from './policy.ts';

const service = (more: string) => `name = "web"\nimage = "docker.io/example/web:1"\n${more}`;
const withPolicy = (more: object) => ({ node: nodeFacts({ policy: { ...nodeFacts().policy, ...more } }) });
const refusals = async (text: string, more: object = {}) =>
  (await compiled({ web: text }, withPolicy(more))).desired.refusals;

describe('what this node does not allow', () => {
  test.each([
    ['volumes = ["/etc:/x:ro"]', 'MountNotAllowed', 'mount of /etc is not below policy.mounts (services/web.toml:3)'],
    ['volumes = ["/srv/../etc:/x"]', 'MountNotAllowed', 'mount of /etc'],
    ['volumes = ["/srv2:/x"]', 'MountNotAllowed', 'mount of /srv2'],
    ['volumes = ["/run/podman/podman.sock:/x"]', 'MountNotAllowed', 'podman.sock'],
    ['privileged = true', 'FlagNotAllowed', '"privileged" is not in policy.flags (services/web.toml:3)'],
    ['devices = ["/dev/dri"]', 'FlagNotAllowed', '"devices"'],
    ['cap_add = ["CHOWN"]', 'FlagNotAllowed', '"cap_add"'],
    ['network = "host"', 'FlagNotAllowed', '"host-network"'],
    ['volumes = ["v:/v:U"]', 'FlagNotAllowed', '"mount-U"'],
  ])('%s', async (more, code, says) => {
    const found = await refusals(service(`${more}\n`));
    expect(found).toMatchObject([{ slot: 'web/web', service: 'web', code, message: expect.stringContaining(says) }]);
    expect((await compiled({ web: service(`${more}\n[[routes]]\n`) })).desired.resources).toEqual({});
  });

  test('a named volume may not be a host directory in disguise', async () => {
    const text = (options: string) =>
      `name = "web"\n[[volumes]]\nname = "v"\noptions = ${options}\n[[components]]\nimage = "docker.io/example/web:1"\nvolumes = ["v:/v"]\n`;
    expect(await refusals(text('{ type = "none", o = "bind", device = "/etc" }'))).toMatchObject([
      { code: 'MountNotAllowed' },
    ]);
    expect(
      await refusals(text('{ type = "overlay", o = "lowerdir=/srv/a:/etc,upperdir=/srv/b", device = "overlay" }')),
    ).toMatchObject([{ message: expect.stringContaining('/etc') }]);
    expect(await refusals(text('{ type = "none", o = "bind", device = "/srv/v" }'))).toEqual([]);
    expect(await refusals(text('{ type = "tmpfs", device = "tmpfs" }'))).toEqual([]);
  });

  test('images by pattern', async () => {
    expect(await refusals(service(''), { images: ['registry.example.net/*'] })).toMatchObject([
      { code: 'ImageNotAllowed' },
    ]);
    expect(await refusals(service(''), { images: ['docker.io/*:1'] })).toEqual([]);
    expect(await refusals(service(''), { images: [] })).toMatchObject([{ code: 'ImageNotAllowed' }]);
  });

  test('the owner may allow every flag', async () => {
    const text = service(
      'privileged = true\ndevices = ["/dev/dri"]\ncap_add = ["CHOWN"]\nnetwork = "host"\nvolumes = ["v:/v:U"]\n',
    );
    expect(await refusals(text, { flags: [...policyFlags] })).toEqual([]);
    expect((await refusals(text))[0]?.message.match(/is not in policy\.flags/g)).toHaveLength(5);
  });

  test('all replicas are refused, everything else converges', async () => {
    const { desired } = await compiled({
      web: service('privileged = true\nreplicas = 2\n[[routes]]\n'),
      b: 'name = "b"\nimage = "docker.io/example/b:1"\n[[routes]]\n',
    });
    expect(desired.refusals.map((each) => each.slot)).toEqual(['web/web/1', 'web/web/2']);
    expect(keysOf(desired, 'route')).toEqual(['route/443/b.svc.example.net']);
    expect(Object.keys(desired.services)).toEqual(['b', 'web']);
  });

  test('a component does not start without the job it waits for, nor a job without its component', async () => {
    const duo = (of: string, job: string) =>
      `name = "web"\n[[components]]\nname = "a"\nimage = "docker.io/example/a:1"\n${of}[[components]]\nname = "b"\nimage = "docker.io/example/b:1"\n[[jobs]]\nname = "j"\nwhen = "before-update"\nimage = "same:a"\n${job}`;
    expect((await refusals(duo('', 'privileged = true\n'))).map(({ slot, code }) => [slot, code])).toEqual([
      ['web/a', 'PartRefused'],
      ['web/j', 'FlagNotAllowed'],
    ]);
    expect((await refusals(duo('privileged = true\n', ''))).map(({ slot, code }) => [slot, code])).toEqual([
      ['web/a', 'FlagNotAllowed'],
      ['web/j', 'PartRefused'],
    ]);
  });
});

test('prefixes count on whole segments', () => {
  expect(isWithin('/srv', '/srv/')).toBe(true);
  expect(isWithin('/srv/a', '/srv')).toBe(true);
  expect(isWithin('/srv/a/../../etc', '/srv')).toBe(false);
  expect(isWithin('/srvx', '/srv')).toBe(false);
  expect(isWithin('/', '/srv')).toBe(false);
  expect(isWithin('/anything', '/')).toBe(true);
});

test('patterns agree with the expression they stand for', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.'), maxLength: 8 });
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', '*'), maxLength: 6 });
  fc.assert(
    fc.property(pattern, text, (p, t) => {
      const expression = new RegExp(
        `^${p
          .split('*')
          .map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
          .join('.*')}$`,
        's',
      );
      expect(matches(p, t)).toBe(expression.test(t));
    }),
    { numRuns: 3000 },
  );
});
