import type { BootReport } from '@reconcile/core';
import { containerDefaults } from '@reconcile/core/kinds/container';
import { expect, test } from 'vitest';
import { type Known, troublesOf } from './troubles.ts';

const dayMs = 86_400_000;
const now = Date.UTC(2030, 0, 1);
const nothing: Known = { look: undefined, last: undefined, problems: new Map(), boot: undefined, space: [] };

const image = { ...containerDefaults, image: 'docker.io/example/web:1.2' };
const wanted = { key: 'container/web-2', kind: 'container', slot: 'web/web', spec: image, active: true };
const certificate = {
  key: 'certificate/web.example.net',
  kind: 'certificate',
  slot: '',
  spec: { hostname: 'web.example.net', issuer: 'acme', zone: '' },
};

/** A look at one node, as far as troubles read it. */
function look(more: { held?: object[]; waiting?: object[]; history?: object; leftDays?: number; blind?: object }) {
  const { blind = {}, held = [], history = {}, leftDays = 90, waiting = [] } = more;
  const plan = { held, waiting, changes: [], actions: [], unmanaged: [] };
  const notAfter = now + leftDays * dayMs;
  const state = { issuer: 'acme', names: [], notBefore: notAfter - 90 * dayMs, notAfter, fingerprint: 'aa' };
  const desired = {
    node: 'rift',
    fleet: 'home',
    commit: 'c',
    resources: { [wanted.key]: wanted, [certificate.key]: certificate },
    refusals: [],
    absences: [],
    services: {},
    stages: [],
  };
  const observed = { resources: { [certificate.key]: { ...certificate, state } }, blind };
  const input = { desired, history: { slots: {}, attempts: {}, ...history }, now };
  return { look: { seen: { plan, observed, ledger: { containers: {}, jobs: {} }, input }, loaded: {} } } as never;
}

const hold = { id: 'a1', keys: [], services: ['web'], message: 'would remove web', data: [], confirmable: true };
const failed = { key: wanted.key, slot: 'web/web', services: ['web'], on: '', message: 'exit 1', code: 'BackingOff' };
const boot = {
  stages: [{ name: 'core', timeoutMs: 1, onTimeout: 'hold', lateAt: now }],
} as unknown as BootReport;
const problem = { code: 'FETCH', message: 'no route', hint: 'look' };

test.each<[string, Partial<Known>, [string, string, string][]]>([
  ['all is well', {}, []],
  ['failing', look({ waiting: [failed] }), [['web/web failing', 'web is failing', 'reconcile explain web']]],
  [
    'flapping, whatever else it is',
    look({ waiting: [failed], history: { slots: { 'web/web': { flappingSince: now, deaths: [now], knownBad: [] } } } }),
    [['web/web flapping', 'web keeps dying', 'reconcile explain web']],
  ],
  [
    'rolled back',
    look({ held: [{ ...hold, code: 'KnownBad', slots: ['web/web'] }] }),
    [['web/web rolled back', 'web was rolled back', 'reconcile explain web']],
  ],
  [
    'a held change, with the command that lets it go',
    look({ held: [{ ...hold, code: 'BlastRadius', slots: ['web/web'] }] }),
    [['hold/a1 BlastRadius', 'a change of web is held: a1', 'reconcile plan, then: reconcile apply --confirm a1']],
  ],
  ['not what somebody froze', look({ held: [{ ...hold, code: 'Frozen', slots: ['web/web'] }] }), []],
  [
    'a certificate',
    look({ leftDays: 6 }),
    [['certificate/web.example.net 7', 'certificate web.example.net ends within 7 days', 'reconcile cert list']],
  ],
  [
    'podman as a whole',
    look({ blind: { container: { code: 'PODMAN_DATABASE', message: 'another one', hint: 'reconcile recover' } } }),
    [['node/RuntimeMismatch PODMAN_DATABASE', 'RuntimeMismatch', 'reconcile recover']],
  ],
  [
    'a source that cannot be fetched',
    { problems: new Map([['fetch', problem]]) },
    [['source source', 'the newest definitions cannot be taken', 'look']],
  ],
  ['a late stage', { boot }, [['stage/core late', 'stage core is late', 'reconcile status --boot']]],
  [
    'a pass that cannot be made',
    { last: { outcome: 'failed', problem } as never },
    [['node/pass pass', 'no pass can be made', 'look']],
  ],
  [
    'a full disk',
    {
      space: [
        { code: 'DISK_LOW', severity: 'warning', what: '/', wanted: '', actual: '', fix: 'du', needsRoot: false },
      ],
    },
    [['disk/DISK_LOW// DISK_LOW', '/ is nearly full', 'du']],
  ],
])('%s', (_name, known, told) => {
  const found = troublesOf({ ...nothing, ...known });
  // What has no container waits to be made: that alone is no incident.
  expect(found.map(({ next, step, subject, title }) => [`${subject} ${step}`, title, next])).toEqual(told);
});
