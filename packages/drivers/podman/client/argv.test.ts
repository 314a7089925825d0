import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildArgv, createArgv, networkArgv, publishValue, secretArgv, volumeArgv } from './argv.ts';
import type { ContainerDraft } from './contract.ts';

const draft: ContainerDraft = {
  name: 'web-1',
  image: 'localhost/web:1',
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
  tmpfs: [],
  readOnly: false,
  capAdd: [],
  devices: [],
  privileged: false,
  extraHosts: [],
  memory: 0,
  cpus: 0,
  pids: 0,
  stopSignal: '',
  stopTimeout: 10,
  logMaxBytes: 10_000_000,
};
const always = [
  'create',
  '--name=web-1',
  '--pull=never',
  '--restart=no',
  '--http-proxy=false',
  '--no-healthcheck',
  '--log-driver=k8s-file',
  '--log-opt=max-size=10000000',
  '--stop-timeout=10',
];

describe('create', () => {
  test.each<[string, Partial<ContainerDraft>, readonly string[]]>([
    ['nothing', {}, []],
    ['labels keep commas and line breaks', { labels: { a: 'x,y\n{"z":1}' } }, ['--label=a=x,y\n{"z":1}']],
    ['an empty variable still has its =', { env: { A: '', B: '*' } }, ['--env=A=', '--env=B=*']],
    ['an entrypoint is JSON', { entrypoint: ['/bin/sh', '-c'] }, ['--entrypoint=["/bin/sh","-c"]']],
    ['an emptied entrypoint', { entrypoint: [] }, ['--entrypoint=[]']],
    ['host network', { network: 'host' }, ['--network=host']],
    ['a named network with aliases', { network: 'mcr', aliases: ['a', 'b'] }, ['--network=mcr:alias=a,alias=b']],
    ['a named network without', { network: 'mcr' }, ['--network=mcr']],
    [
      'mounts',
      { mounts: [{ type: 'bind', source: '/srv/a', target: '/a', options: ['ro', 'z'] }] },
      ['--volume=/srv/a:/a:ro,z'],
    ],
    ['a volume', { mounts: [{ type: 'volume', source: 'data', target: '/a', options: [] }] }, ['--volume=data:/a']],
    [
      'a secret',
      { secrets: [{ as: 'file', source: 'reconcile-x', target: '/run/x', uid: 1000, gid: 100 }] },
      ['--secret=reconcile-x,type=mount,target=/run/x,uid=1000,gid=100,mode=0400'],
    ],
    [
      'a secret as a variable',
      { secrets: [{ as: 'variable', source: 'reconcile-x', variable: 'PASS' }] },
      ['--secret=reconcile-x,type=env,target=PASS'],
    ],
    ['limits', { memory: 1024, cpus: 1.5, pids: 7 }, ['--memory=1024b', '--cpus=1.5', '--pids-limit=7']],
    [
      'dangerous ones',
      { readOnly: true, privileged: true, capAdd: ['CAP_A'], devices: ['/dev/x'] },
      ['--read-only', '--privileged', '--cap-add=CAP_A', '--device=/dev/x'],
    ],
  ])('%s', (_name, more, flags) => {
    const sorted = (list: readonly string[]) => [...list].sort();
    expect(sorted(createArgv({ ...draft, ...more }))).toEqual(sorted([...always, ...flags, '--', 'localhost/web:1']));
  });

  test.each(['', 'A=B', 'AGENT_*', 'A B', 'A\n'])('variable %j is refused: podman would take ours instead', (name) => {
    expect(() => createArgv({ ...draft, env: { [name]: '1' } })).toThrow(/set variable/);
  });

  test('no value of a definition becomes a flag', () => {
    const evil = fc.oneof(fc.constantFrom('--privileged', '-v/:/h', '--', '-', '--env=X=Y'), fc.string());
    fc.assert(
      fc.property(evil, evil, fc.array(evil), (image, value, command) => {
        const argv = createArgv({
          ...draft,
          image,
          command,
          user: value,
          hostname: value,
          labels: { l: value },
          env: { E: value },
        });
        const end = argv.indexOf('--');
        expect(argv.slice(end + 1)).toEqual([image, ...command]);
        for (const arg of argv.slice(1, end)) expect(arg).toMatch(/^--[a-z-]+(=|$)/);
        expect(argv.slice(1, end).filter((arg) => !arg.includes('='))).toEqual(['--no-healthcheck']);
      }),
    );
  });
});

test.each([
  [{ ip: '127.0.0.1', host: 80, container: 8080, count: 1, protocol: 'tcp' }, '127.0.0.1:80:8080/tcp'],
  [{ ip: '::1', host: 50, container: 90, count: 3, protocol: 'udp' }, '[::1]:50-52:90-92/udp'],
  [{ ip: '', host: 53, container: 53, count: 1, protocol: 'udp' }, '53:53/udp'],
] as const)('publish %j', (port, value) => {
  expect(publishValue(port)).toBe(value);
});

test('the others end their flags before names, too', () => {
  const network = {
    name: '-x',
    driver: '',
    subnets: ['192.0.2.0/24'],
    internal: true,
    ipv6: true,
    options: { mtu: '1400' },
    labels: { a: 'b' },
  };
  expect(networkArgv(network)).toEqual([
    'network',
    'create',
    '--subnet=192.0.2.0/24',
    '--internal',
    '--ipv6',
    '--opt=mtu=1400',
    '--label=a=b',
    '--',
    '-x',
  ]);
  expect(volumeArgv({ name: '-v', driver: 'local', options: {}, labels: {} })).toEqual([
    'volume',
    'create',
    '--driver=local',
    '--',
    '-v',
  ]);
  expect(secretArgv('s', '/secrets/s', { a: 'b' })).toEqual([
    'secret',
    'create',
    '--label=a=b',
    '--',
    's',
    '/secrets/s',
  ]);
  expect(buildArgv({ ref: 'localhost/x:1', context: '/src', file: '/src/Containerfile', timeoutMs: 1 })).toEqual([
    'build',
    '--quiet',
    '--http-proxy=false',
    '--file=/src/Containerfile',
    '--tag=localhost/x:1',
    '--',
    '/src',
  ]);
});
