import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { inOrder } from './order.ts';
import { type Passenger, parachuteScript } from './script.ts';

const passenger = (slot: string, more: Partial<Passenger> = {}): Passenger => ({
  slot,
  name: `${slot.replace('/', '-')}-3fa9c1d2`,
  needs: [],
  fills: [],
  run: 'podman run --detach x',
  ready: { by: 'running' },
  after: [],
  ...more,
});

const script = (passengers: readonly Passenger[]) =>
  parachuteScript({
    node: "o'neill\nrm -rf /",
    commit: '8d20b7e',
    stateDir: '/srv/my state',
    runtimeDir: '/run/user/1000',
    proxy: {
      binary: 'haproxy',
      args: ['-W', '-f', '/s/h.cfg'],
      configFile: '/s/h.cfg',
      pidFile: '/s/h.pid',
      runDir: '/run/h',
    },
    stages: [
      { name: 'core', timeoutMs: 1500, onTimeout: 'hold', passengers },
      { name: 'empty', timeoutMs: 1000, onTimeout: 'continue', passengers: [] },
    ],
  });

test('it is a shell script whatever names hold; the same input has the same bytes', () => {
  const made = script([
    passenger("a/$(touch x)'"),
    passenger('b/b', { ready: { by: 'port', protocol: 'tcp', port: 8080 } }),
  ]);
  execFileSync('/bin/sh', ['-n'], { input: made });
  expect(
    script([passenger("a/$(touch x)'"), passenger('b/b', { ready: { by: 'port', protocol: 'tcp', port: 8080 } })]),
  ).toBe(made);
  expect(made).toContain('listens b-b-3fa9c1d2 tcp 1F90');
  expect(made).toMatch(/^settle 'stage core' 2 hold 1:'a-.* 2:b-b-3fa9c1d2$/m);
  expect(made).not.toContain('stage empty');
});

test('what comes after another one of its stage waits for it', () => {
  const made = script(
    inOrder([passenger('a/web', { after: ['a/api', 'other/x'] }), passenger('a/api/1'), passenger('a/api/2')]),
  );
  const lines = made.split('\n').filter((line) => /^(bring|settle) /.test(line));
  expect(lines).toEqual([
    'bring 1 a-api/1-3fa9c1d2',
    'bring 2 a-api/2-3fa9c1d2',
    "settle 'what a/web comes after' 2 continue 1:a-api/1-3fa9c1d2 2:a-api/2-3fa9c1d2",
    'bring 3 a-web-3fa9c1d2',
    "settle 'stage core' 2 hold 1:a-api/1-3fa9c1d2 2:a-api/2-3fa9c1d2 3:a-web-3fa9c1d2",
  ]);
});

test('a need is made only where its test fails', () => {
  const made = script([
    passenger('a/a', { needs: [{ test: 'podman network exists n', command: 'podman network create -- n' }] }),
  ]);
  expect(made).toContain(
    '  podman network exists n >/dev/null 2>&1 || { podman network create -- n; } >/dev/null || return 1',
  );
});

test('what lies in memory is filled in before a start and before a make, and says what it lacks', () => {
  const fill = { test: 'test -f /run/x', command: '( cat /s/pass >/run/x )', fails: '/etc/x: it takes age' };
  const made = script([passenger('a/a', { fills: [fill] }), passenger('b/b')]);
  execFileSync('/bin/sh', ['-n'], { input: made });
  expect(made).toContain(`fill_1() {
  test -f /run/x || ( cat /s/pass >/run/x ) || { say 'a-a-3fa9c1d2: /etc/x: it takes age'; return 1; }
  return 0
}`);
  expect(made).toContain('fill_2() {\n  return 0\n}');
});
