import { expect, test } from 'vitest';
import { lineTime, mergeLines } from './log-lines.ts';
import { restSpec, signalNumber } from './rest-spec.ts';
import { defaultUlimits } from './ulimits.ts';

test('output of both streams in the order of its stamps', () => {
  const out = ['2026-11-20T20:31:17.100000000+00:00 one', '2026-11-20T20:31:17.300000000+00:00 three'];
  const err = ['2026-11-20T20:31:17.200000000+00:00 two '];
  expect(mergeLines(out, err)).toEqual(['one', 'two ', 'three']);
  expect(lineTime('time="2026-11-20" level=error msg=x')).toBeUndefined();
});

test.each([
  ['SIGTERM', 15],
  ['term', 15],
  ['10', 10],
  ['SIGHUP', 1],
])('signal %s', (word, number) => {
  expect(signalNumber(word)).toBe(number);
});

test.each(['SIGNOPE', '0', '65', ''])('signal %j is refused', (word) => {
  expect(() => signalNumber(word)).toThrow(/stop signal/);
});

test('default_ulimits of a containers.conf', () => {
  expect(defaultUlimits('[containers]\n# default_ulimits = ["nofile=1:1"]\n')).toBeUndefined();
  expect(defaultUlimits('[containers]\ndefault_ulimits = [\n  "nofile=20000:20000",\n  "nproc=4096",\n]\n')).toEqual([
    { name: 'nofile', soft: 20000, hard: 20000 },
    { name: 'nproc', soft: 4096, hard: 4096 },
  ]);
  expect(defaultUlimits('default_ulimits = []')).toEqual([]);
});

test('the API is told what the command line adds by itself', () => {
  const draft = {
    name: 'a',
    image: 'i',
    labels: {},
    env: {},
    entrypoint: null,
    command: [],
    user: '',
    workdir: '',
    hostname: '',
    network: 'default',
    aliases: [],
    ports: [],
    mounts: [],
    secrets: [],
    tmpfs: ['/tmp:size=1m'],
    readOnly: true,
    capAdd: [],
    devices: [],
    privileged: false,
    extraHosts: [],
    memory: 100,
    cpus: 0.5,
    pids: 0,
    stopSignal: '',
    stopTimeout: 1,
    logMaxBytes: 1,
  };
  const ulimits = [{ name: 'nofile', soft: 1, hard: 2 }];
  const spec = restSpec(draft, { ulimits, version: '4.3.1' });
  expect(spec).toMatchObject({
    r_limits: [{ type: 'nofile', soft: 1, hard: 2 }],
    resource_limits: { memory: { limit: 100, swap: 200 }, cpu: { period: 100_000, quota: 50_000 } },
    httpproxy: false,
    healthconfig: { Test: ['NONE'] },
  });
  expect((spec.mounts as { destination: string }[]).map((mount) => mount.destination)).toEqual([
    '/tmp',
    '/run',
    '/var/tmp',
  ]);
  expect(spec).not.toHaveProperty('command');
  expect(spec).toHaveProperty('annotations');
  // Later ones do that themselves.
  for (const version of ['4.4.0', '4.9.3', '5.4.2', '4.30.0']) {
    const later = restSpec(draft, { ulimits, version });
    expect(later).toMatchObject({ read_write_tmpfs: true, mounts: [{ destination: '/tmp' }] });
    expect(later).not.toHaveProperty('annotations');
  }
  expect(spec).not.toHaveProperty('overlay_volumes');
  // The command line knows `O`, the server takes it for a mount option and fails.
  const mount = (source: string, options: readonly string[]) =>
    ({ type: 'bind', source, target: `${source}/in`, options }) as const;
  const below = restSpec(
    { ...draft, mounts: [mount('/srv/a', ['O']), mount('/srv/b', ['ro'])] },
    { ulimits: [], version: '4.3.1' },
  );
  expect(below.overlay_volumes).toEqual([{ source: '/srv/a', destination: '/srv/a/in', options: ['O'] }]);
  expect((below.mounts as { source: string }[]).map(({ source }) => source)).not.toContain('/srv/a');
  expect(below.mounts).toContainEqual({ type: 'bind', source: '/srv/b', destination: '/srv/b/in', options: ['ro'] });
});
