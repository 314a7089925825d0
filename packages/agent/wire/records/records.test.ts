import {
  type Action,
  type Desired,
  emptyHistory,
  FleetError,
  type Json,
  type ObserveContext,
  type Resource,
} from '@reconcile/core';
import { kinds } from '@reconcile/core/kinds';
import { type RecordSpec, type RecordState, record, recordProvider } from '@reconcile/core/kinds/record';
import { plan } from '@reconcile/core/plan';
import type { Host, ReadHost } from '@reconcile/host';
import { FakeDns, recordActions } from '@reconcile/testkit/dns';
import { bareContext } from '@reconcile/testkit/proxy';
import { beforeEach, expect, test } from 'vitest';
import { recordsDriver } from './driver.ts';

const home = { zone: 'example.net', driver: 'rfc2136' } as const;
const away = { zone: 'example.org', driver: 'rfc2136' } as const;
const web = recordActions({ ...home, hostname: 'web.example.net', routes: [] });
const old = recordActions({ ...home, hostname: 'old.example.net', routes: ['route/443/old.example.net'] });
const moved: RecordSpec = { ...web.spec, driver: 'mcns' };
const org = recordActions({ ...away, hostname: 'web.example.org', routes: [] });

let dns: FakeDns<ReadHost>;
let other: FakeDns<ReadHost>;
let third: FakeDns<ReadHost>;
let notes: Record<string, Json>;
beforeEach(() => {
  dns = new FakeDns();
  other = new FakeDns();
  third = new FakeDns();
  notes = {};
});

const driver = () =>
  recordsDriver([
    { provider: recordProvider(home), driver: dns.driver },
    { provider: recordProvider(away), driver: other.driver },
    { provider: recordProvider(moved), driver: third.driver },
  ]);

function resource(spec: RecordSpec): Resource {
  const key = `record/${spec.type}/${spec.hostname}` as const;
  const references = record.references(spec);
  return {
    key,
    kind: 'record',
    slot: key,
    services: ['web'],
    spec: spec as never,
    specHash: 'x',
    references,
    claims: [],
  };
}

function context(wanted: readonly RecordSpec[]): ObserveContext<Host> {
  const bare = bareContext(undefined as unknown as Host);
  const resources = Object.fromEntries(wanted.map((spec) => [resource(spec).key, resource(spec)]));
  return { ...bare, desired: { ...bare.desired, resources }, ledger: { ...bare.ledger, notes } };
}

async function look(wanted: readonly RecordSpec[]) {
  const seen = await driver().observe(context(wanted));
  notes = { ...notes, ...seen.notes };
  return Object.fromEntries(seen.resources.map((one) => [one.key, one]));
}

async function planned(wanted: readonly RecordSpec[]) {
  const resources = await look(wanted);
  const desired: Desired = { ...context(wanted).desired, services: { web: { stage: 0, active: true } } };
  const observed = { node: 'rift', at: 0, bootId: 'b', resources, blind: {}, busy: [] };
  const served = ['record', ...[home, away, moved].map((one) => `record:${recordProvider(one)}`)];
  const made = plan({ desired, observed, kinds, history: emptyHistory, now: 0, served });
  return { made, ids: made.actions.map(({ id }) => id), waits: made.waiting.map(({ key, code }) => `${code} ${key}`) };
}

const apply = (action: Action) => driver().apply(bareContext(undefined as unknown as Host), action);
const stateOf = (seen: { state: Json } | undefined) => seen?.state as unknown as RecordState | undefined;

test('a zone whose server is down waits by name, with the reason; the other zone goes on', async () => {
  dns.faults.isDown = true;
  const { ids, made, waits } = await planned([web.spec, org.spec]);
  expect(ids).toEqual([`${org.key}#create`]);
  expect(waits).toEqual([`Blind ${web.key}`]);
  expect(made.waiting[0]?.message).toBe('cannot read rfc2136."example.net": read the zone');
  dns.faults.isDown = false;
  expect((await planned([web.spec, org.spec])).ids).toEqual([`${web.key}#create`, `${org.key}#create`]);
});

test('a record to be removed from a zone that is down stays to be removed, and holds nothing else up', async () => {
  for (const one of [web, old]) await apply(one.create);
  expect((await planned([web.spec])).ids).toEqual([`${old.key}#delete`]);
  dns.faults.isDown = true;
  const seen = await look([web.spec]);
  expect(stateOf(seen[old.key])?.unread).toBe('cannot read rfc2136."example.net": read the zone');
  expect(seen[old.key]?.references).toEqual([]);
  const { ids, made, waits } = await planned([web.spec]);
  expect([ids, waits]).toEqual([[`${old.key}#delete`], [`Blind ${web.key}`]]);
  const [removal] = made.actions;
  expect(removal?.args).toMatchObject({ was: [old.spec.value] });
  await expect(apply(removal as Action)).rejects.toMatchObject({ code: 'DNS_FAKE_DOWN' });
  dns.faults.isDown = false;
  await apply(removal as Action);
  expect((await planned([web.spec])).ids).toEqual([]);
});

test('a zone that changes hands: made in the new one, removed from the old one', async () => {
  await apply(web.create);
  const { ids, made } = await planned([moved]);
  expect(ids.sort()).toEqual([`${web.key}#create`, `${web.key}@rfc2136."example.net"#delete`]);
  for (const action of made.actions) await apply({ ...action, key: web.key });
  expect([dns.found.size, third.found.size]).toEqual([0, 1]);
});

test('who may only look and is not allowed to start a program sees what was there last', async () => {
  await apply(web.create);
  const before = await look([web.spec]);
  dns.driver.observe = async () => {
    throw new FleetError('RUN_NOT_READING', 'never', { message: 'run a script while only looking' });
  };
  expect((await look([web.spec]))[web.key]).toEqual(before[web.key]);
  notes = {};
  expect((await planned([web.spec])).waits).toEqual([`Blind ${web.key}`]);
});

test('what is kept between looks does not change while nothing changes', async () => {
  for (const one of [web, old, org]) await apply(one.create);
  await look([web.spec]);
  const before = JSON.stringify(notes);
  await look([web.spec]);
  expect(JSON.stringify(notes)).toBe(before);
});

test('an action for a zone without a table is refused by name', async () => {
  const lost = recordActions({ zone: 'example.com', driver: 'mcns', hostname: 'web.example.com' });
  await expect(apply(lost.create)).rejects.toMatchObject({
    code: 'RECORD_NO_DRIVER',
    wanted: '[drivers.mcns."example.com"]',
  });
});

test('a foreign record with our name is left alone', async () => {
  dns.place({ type: 'A', hostname: 'web.example.net', ...home, state: { values: ['192.0.2.10'] } });
  const { ids, waits } = await planned([web.spec]);
  expect([ids, waits]).toEqual([[], [`NameConflict ${web.key}`]]);
});
