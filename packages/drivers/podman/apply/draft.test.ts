import { type ContainerSpec, containerDefaults } from '@reconcile/core/kinds/container';
import { expect, test } from 'vitest';
import { draftOf } from './draft.ts';

const facts = {
  name: 'web-1',
  labels: { ours: '1' },
  env: {},
  ports: [],
  aliases: [],
  filesDir: '/files',
  filledDir: '/run/filled',
  secretName: (name: string) => `copy-${name}`,
};
const of = (spec: Partial<ContainerSpec>) => draftOf({ ...containerDefaults, image: 'i:1', ...spec }, facts);

test('our labels win over those of a definition', () => {
  expect(of({ labels: { ours: '2', theirs: '3' } }).labels).toEqual({ ours: '1', theirs: '3' });
});

test('mounts: host paths are bound, names are volumes, files come from their own copies', () => {
  const file = { target: '/etc/a.conf', hash: 'x', mode: '0640', owner: '', onChange: 'restart', secrets: [] } as const;
  const mounts = [
    { source: '/srv/a', target: '/a', readOnly: true, options: ['noexec'] },
    { source: 'data', target: '/b', readOnly: false, options: [] },
  ];
  expect(of({ mounts, files: [file] }).mounts).toEqual([
    { type: 'bind', source: '/srv/a', target: '/a', options: ['ro', 'noexec'] },
    { type: 'volume', source: 'data', target: '/b', options: [] },
    { type: 'bind', source: '/files/web-1/etc__a.conf', target: '/etc/a.conf', options: ['ro'] },
  ]);
});

test.each(['/srv/a:/h', '/srv/a,ro', '/srv/a\n', ''])('mount source %j is refused', (source) => {
  expect(() => of({ mounts: [{ source, target: '/a', readOnly: false, options: [] }] })).toThrow(/mount/);
});

test.each([
  ['', 0, 0],
  ['1000:100', 1000, 100],
  ['1000', 1000, 0],
  ['app', 0, 0],
])('a secret belongs to user %j', (user, uid, gid) => {
  expect(of({ user, secrets: [{ name: 's', target: '/run/s', env: false }] }).secrets).toEqual([
    { as: 'file', source: 'copy-s', target: '/run/s', uid, gid },
  ]);
});

test('a secret as a variable is podman’s to set, by name', () => {
  const draft = of({ user: '1000', secrets: [{ name: 's', target: 'PASS', env: true }] });
  expect([draft.secrets, draft.env]).toEqual([[{ as: 'variable', source: 'copy-s', variable: 'PASS' }], {}]);
});

test('times are seconds, capabilities have one spelling', () => {
  expect(of({ stopTimeoutMs: 1500, capAdd: ['net_raw', 'CAP_SYS_TIME'] })).toMatchObject({
    stopTimeout: 2,
    capAdd: ['CAP_NET_RAW', 'CAP_SYS_TIME'],
  });
});
