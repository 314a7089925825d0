import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { guardedBy, sshPorts } from './guarded.ts';

const source = { type: 'git', path: '/srv/fleet', branch: 'main', subdir: '', remote: '', pollMs: 1000 } as const;
const api = { unix: '/s/api.sock', socketGroup: '', http: ['127.0.0.1:9777'], hosts: [], grpc: ['[::1]:9778'] };

test('where ssh listens, by its own configuration and what it includes', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ssh-'));
  expect(sshPorts(dir)).toEqual([]);
  mkdirSync(join(dir, 'sshd_config.d'));
  writeFileSync(
    join(dir, 'sshd_config'),
    '#Port 1\nport 2222\n  Port=2223\nListenAddress 192.0.2.1:2224\nListenAddress ::1\n',
  );
  writeFileSync(join(dir, 'sshd_config.d', 'a.conf'), 'ListenAddress [2001:db8::1]:2225\nPort many\n');
  writeFileSync(join(dir, 'sshd_config.d', 'b.off'), 'Port 1\n');
  expect(sshPorts(dir)).toEqual([2222, 2223, 2224, 2225]);
});

test('what the node needs for itself', () => {
  const { paths, ports } = guardedBy({
    api,
    path: '/n/node.toml',
    secretsDir: '/n/secrets',
    source,
    stateDir: '/n/state',
  });
  expect(paths.map(({ isHome, isSecret, path }) => [path, isSecret, isHome === true])).toEqual([
    ['/n/state', true, false],
    ['/n/secrets', true, false],
    ['/n/node.toml', true, false],
    ['/srv/fleet', false, false],
    [homedir(), false, true],
  ]);
  expect(ports.map(({ port }) => port)).toEqual(expect.arrayContaining([9777, 9778]));
});
