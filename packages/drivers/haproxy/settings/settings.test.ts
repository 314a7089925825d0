import { expect, test } from 'vitest';
import { haproxyTable } from '../table/table.ts';
import { haproxySettings } from './settings.ts';

const places = { stateDir: '/home/ops/.local/state/reconcile', runtimeDir: '/run/user/1000' };

test('defaults', () => {
  const settings = haproxySettings(haproxyTable.parse({}), places);
  expect(settings).toMatchObject({
    binary: 'haproxy',
    dir: '/home/ops/.local/state/reconcile/haproxy',
    hardStopAfterS: 45,
    maxconn: undefined,
  });
  expect(settings.statsSocket).toMatch(/^\/run\/user\/1000\/reconcile\/haproxy-[0-9a-f]{8}\/stats\.sock$/);
});

test('two nodes of one user do not share their sockets', () => {
  const other = haproxySettings(haproxyTable.parse({}), { ...places, stateDir: '/home/ops/demo/state' });
  expect(other.runDir).not.toBe(haproxySettings(haproxyTable.parse({}), places).runDir);
});

test.each([
  { managed: false },
  { managed: false, stats_socket: '/run/s', master_socket: '/run/m', hard_stop_after: '9s' },
  { managed: false, stats_socket: '/run/s', master_socket: '/run/m', metrics: '127.0.0.1:8404' },
  { stats_socket: '/run/haproxy/admin.sock' },
  { metrics: '0.0.0.0:8404' },
  { metrics: '192.0.2.1:8404' },
  { metrics: '[::]:8404' },
  { metrics: '8404' },
  { metrics: { bind: '0.0.0.0:8404' } },
  { binary: 'haproxy -f /etc/passwd' },
  { dir: 'relative' },
  { dir: '/with space' },
  { hard_stop_after: 'forever' },
  { maxconn: 1 },
  { sockets: '/run/haproxy' },
])('%j is refused', (table) => {
  expect(haproxyTable.safeParse(table).success).toBe(false);
});

test.each([
  { stateDir: `/home/ops/${'long/'.repeat(40)}`, runtimeDir: `/run/${'deep/'.repeat(20)}` },
  { stateDir: '/home/o p s', runtimeDir: '/run/user/1000' },
])('places that HAProxy cannot use are refused', (bad) => {
  expect(() => haproxySettings(haproxyTable.parse({}), bad)).toThrow(
    expect.objectContaining({ code: 'HAPROXY_SETTINGS' }),
  );
});

test.each([
  [undefined, undefined],
  ['127.0.0.1:8404', '127.0.0.1:8404'],
  ['[::1]:8404', '[::1]:8404'],
  [{ bind: '192.0.2.1:8404', public: true }, '192.0.2.1:8404'],
])('metrics = %j are told at %s', (metrics, bind) => {
  expect(haproxySettings(haproxyTable.parse({ metrics }), places).metrics).toBe(bind);
});

test('an existing one: its sockets, a directory of ours in it, and no path between its sections', () => {
  const table = { managed: false, stats_socket: '/run/haproxy/admin.sock', master_socket: '/run/haproxy-master.sock' };
  expect(haproxySettings(haproxyTable.parse(table), { ...places, answersChallenges: true })).toMatchObject({
    isManaged: false,
    statsSocket: '/run/haproxy/admin.sock',
    masterSocket: '/run/haproxy-master.sock',
    configDir: '/home/ops/.local/state/reconcile/haproxy/conf.d',
    prefix: '/home/ops/.local/state/reconcile/haproxy/',
    loops: expect.stringMatching(/^abns@reconcile-[0-9a-f]{8}-$/),
    challengeSocket: undefined,
  });
});
