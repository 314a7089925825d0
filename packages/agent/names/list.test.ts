import { type Desired, FleetError, type Observed, type Plan, type Resource } from '@reconcile/core';
import { type RecordSpec, recordKey, recordProvider, seenRecord } from '@reconcile/core/kinds/record';
import { routeDefaults } from '@reconcile/core/kinds/route';
import type { ReadHost } from '@reconcile/host';
import { expect, test } from 'vitest';
import type { NodeConfig } from '../config/model.ts';
import { serverOf } from './ask.ts';
import { listNames, pointingNames } from './list.ts';

const me = { fleet: 'home', node: 'rift' };
const tables: Record<string, unknown> = {
  hosts: { dir: '/srv/dns', server: '127.0.0.1:53' },
  rfc2136: { 'example.com': { server: '192.0.2.53', key_file: '/k' } },
};
const config = {
  path: 'node.toml',
  addresses: [{ name: 'lan', ip: '192.0.2.10' }],
  driverTable: (name: string) => tables[name],
} as unknown as NodeConfig;

const spec = (hostname: string, more: Partial<RecordSpec> = {}): RecordSpec => ({
  type: 'A',
  hostname,
  zone: 'example.net',
  driver: 'hosts',
  value: '192.0.2.10',
  routes: [],
  ...more,
});
const wanted = (one: RecordSpec) =>
  ({ key: recordKey(one), kind: 'record', services: ['web'], spec: one }) as unknown as Resource;
const seen = (one: RecordSpec, values: readonly string[], owner = 'home') =>
  seenRecord({ ...one, state: { values }, mark: { fleet: owner, node: 'rift', services: ['web'], routes: [] } }, me);

interface World {
  readonly wanted?: readonly Resource[];
  readonly seen?: readonly ReturnType<typeof seen>[];
  readonly plan?: Partial<Plan>;
  readonly blind?: Observed['blind'];
  /** `server name type` → answer; what is not there is no such name. */
  readonly served?: Readonly<Record<string, readonly string[] | Error>>;
}

async function rows(world: World, server?: string) {
  const asked: string[] = [];
  const resolve: ReadHost['net']['resolve'] = async (name, type, options) => {
    const question = `${options.server ?? 'machine'} ${name} ${type}`;
    asked.push(question);
    const found = world.served?.[question];
    if (found instanceof Error) throw found;
    return found;
  };
  const found = await listNames({
    config,
    host: { net: { resolve } } as unknown as ReadHost,
    desired: { resources: Object.fromEntries((world.wanted ?? []).map((one) => [one.key, one])) } as unknown as Desired,
    observed: {
      resources: Object.fromEntries((world.seen ?? []).map((one) => [one.key, one])),
      blind: world.blind ?? {},
    } as unknown as Observed,
    plan: { unmanaged: [], waiting: [], ...world.plan } as unknown as Plan,
    ...(server === undefined ? {} : { server }),
  });
  return {
    found,
    asked,
    told: found.map(({ isWell, name, owner, state }) => `${name} ${owner}: ${state}${isWell ? '' : '!'}`),
  };
}

const web = spec('web.example.net');

test.each([
  ['served', [seen(web, ['192.0.2.10'])], ['192.0.2.10'], 'ours: served'],
  ['in its zone, not answered', [seen(web, ['192.0.2.10'])], undefined, 'ours: made, not served!'],
  ['answered as before', [seen(web, ['192.0.2.10'])], ['192.0.2.9'], 'ours: made, served as something else!'],
  [
    'nobody answers',
    [seen(web, ['192.0.2.10'])],
    new FleetError('DNS_TIMEOUT', 'backoff', { message: 'x' }),
    'ours: made; no server answers!',
  ],
  ['not made', [], undefined, 'ours: not made yet!'],
  ['edited', [seen(web, ['192.0.2.66'])], ['192.0.2.66'], 'ours: to be changed!'],
])('%s', async (_name, there, answer, says) => {
  const served = answer === undefined ? {} : { '127.0.0.1:53 web.example.net A': answer };
  const { told } = await rows({ wanted: [wanted(web)], seen: there, served });
  expect(told).toEqual([`web.example.net ${says}`]);
});

test('what waits says why; what is unread shows nothing as configured; a blind kind too', async () => {
  const waiting = [
    { key: recordKey(web), code: 'NameConflict', message: 'somebody else has it' },
  ] as unknown as Plan['waiting'];
  const conflict = await rows({ wanted: [wanted(web)], seen: [seen(web, ['192.0.2.9'], 'others')], plan: { waiting } });
  expect(conflict.told).toEqual(["web.example.net foreign: somebody else's is in the way!"]);
  const unread = { ...seen(web, []), state: { values: [], unread: 'no answer' } };
  expect((await rows({ wanted: [wanted(web)], seen: [unread] })).found).toMatchObject([
    { configured: null, state: 'no answer' },
  ]);
  const blind = { record: { code: 'X', message: 'broken' } };
  expect((await rows({ wanted: [wanted(web)], blind })).found).toMatchObject([{ configured: null, state: 'broken' }]);
});

test('unmanaged is no trouble; ours that nothing wants leaves; foreign ones are named', async () => {
  const other = spec('mail.example.com', { zone: 'example.com', driver: 'rfc2136' });
  const unmanaged = [{ key: recordKey(other), services: ['mail'], why: `no [drivers.${recordProvider(other)}]` }];
  const { told } = await rows({
    wanted: [wanted(other)],
    seen: [seen(web, ['192.0.2.10']), seen(spec('x.example.net'), ['192.0.2.1'], 'others')],
    plan: { unmanaged },
  });
  expect(told).toEqual([
    'mail.example.com unmanaged: no [drivers.rfc2136."example.com"]',
    'web.example.net ours: to be removed!',
    'x.example.net foreign: not ours',
  ]);
});

test('a foreign name is asked for where its zone is, one in no zone of ours where the hosts directory is', async () => {
  const there = ['ns.example.com', 'x.example.net'].map((name) => seen(spec(name), ['192.0.2.1'], 'others'));
  expect((await rows({ seen: there })).asked).toEqual([
    '192.0.2.53:53 ns.example.com A',
    '127.0.0.1:53 x.example.net A',
  ]);
});

test('each zone is asked at its own server, unless another one is named', async () => {
  const com = spec('web.example.com', { zone: 'example.com', driver: 'rfc2136' });
  const own = spec('web.example.org', { zone: 'example.org', driver: 'exec' });
  const all = [web, com, own].map(wanted);
  expect((await rows({ wanted: all })).asked.sort()).toEqual([
    '127.0.0.1:53 web.example.net A',
    '192.0.2.53:53 web.example.com A',
    'machine web.example.org A',
  ]);
  expect(new Set((await rows({ wanted: all }, '192.0.2.1:53')).asked.map((one) => one.split(' ')[0]))).toEqual(
    new Set(['192.0.2.1:53']),
  );
  expect(serverOf('rfc2136."six.example"', { rfc2136: { 'six.example': { server: '[2001:db8::1]' } } } as never)).toBe(
    '[2001:db8::1]:53',
  );
});

test('a plan asks for names of yours whose routes it makes or changes, and for no other', async () => {
  const asked: string[] = [];
  const route = (hostname: string) => ({
    key: `route/80/${hostname}`,
    kind: 'route',
    services: ['web'],
    spec: { ...routeDefaults, hostname, tls: false },
    references: [],
  });
  const routes = ['new.example.org', 'old.example.org', 'gone.example.org'].map(route);
  const pointing = (changes: readonly object[]) =>
    pointingNames({
      config,
      host: {
        net: {
          resolve: async (name: string, type: string) => {
            asked.push(`${name} ${type}`);
            return type === 'A' ? ['192.0.2.10'] : undefined;
          },
        },
      } as unknown as ReadHost,
      desired: { resources: Object.fromEntries(routes.map((one) => [one.key, one])) } as unknown as Desired,
      plan: { changes } as unknown as Plan,
    });
  expect(await pointing([{ kind: 'container', key: 'container/x', type: 'create' }])).toEqual([]);
  expect(asked).toEqual([]);
  const change = (name: string, type: string) => ({ kind: 'route', key: `route/80/${name}`, type });
  const found = await pointing([change('new.example.org', 'create'), change('gone.example.org', 'remove')]);
  expect(found.map(({ name, state }) => `${name} ${state}`)).toEqual(['new.example.org points here']);
  expect(asked.sort()).toEqual(['new.example.org A', 'new.example.org AAAA']);
});

test('a route whose name nobody here writes is looked up and said to lead here, or not', async () => {
  const route = (hostname: string, more: object = {}) => {
    const routeSpec = { ...routeDefaults, hostname, tls: false };
    return {
      key: `route/80/${hostname}`,
      kind: 'route',
      services: ['web'],
      spec: { ...routeSpec, ...more },
      references: [],
    } as unknown as Resource;
  };
  const served = { 'machine a.example.org A': ['192.0.2.10'], 'machine b.example.org A': ['192.0.2.1'] };
  const behindEdge = route('c.example.org', { tls: true });
  const { found, told } = await rows({ wanted: [route('a.example.org'), route('b.example.org'), behindEdge], served });
  expect(told).toEqual(['a.example.org yours: points here', 'b.example.org yours: points to 192.0.2.1']);
  expect(found[0]).toMatchObject({ declared: [], configured: null, served: ['192.0.2.10'] });
});
