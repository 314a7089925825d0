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
