import { readdirSync, readFileSync } from 'node:fs';
import { emptyHistory, type Json, type Observed, type ObservedResource } from '@reconcile/core';
import { kinds } from '@reconcile/core/kinds';
import { plan } from '@reconcile/core/plan';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from './compile/index.ts';
import {
  compileFiles,
  containerOf,
  keysOf,
  lineOf,
  nodeFacts,
  parsed,
  readFolder,
  resource,
  snapshotOf,
} from './snapshot.fixture.ts';

const folder = new URL('../../examples/', import.meta.url).pathname;
const fleets = ['hello', 'notes', 'platform'];

test.each(fleets)('%s parses; what is odd about it is known', async (name) => {
  const { diagnostics } = await parsed(readFolder(folder + name));
  expect(diagnostics.map(lineOf)).toEqual(
    name === 'platform' ? ['fleet.toml:56:53 UnknownService boot.sequence.services.services[5]'] : [],
  );
});

test('every TOML file names its schema', () => {
  for (const name of fleets) {
    for (const [path, bytes] of readFolder(folder + name)) {
      if (!path.endsWith('.toml')) continue;
      const kind = path.endsWith('fleet.toml') ? 'fleet' : 'service';
      const [, target = ''] = /^#:schema (\S+)\n/.exec(Buffer.from(bytes).toString()) ?? [];
      expect(new URL(target, `file://${folder}${name}/${path}`).pathname).toBe(`${folder}schema/${kind}.schema.json`);
    }
  }
  expect(readdirSync(`${folder}schema`)).toEqual(['fleet.schema.json', 'service.schema.json']);
});

describe('the platform', () => {
  const rift = nodeFacts({
    addresses: [
      { name: 'overlay', ip: '100.95.252.120' },
      { name: 'lan', ip: '192.168.88.181' },
    ],
    policy: {
      mounts: ['/srv'],
      images: ['mcr.svc.mcp.metacircular.net:8443/*'],
      flags: ['host-network'],
      blast: { services: 1, percent: 25 },
    },
  });
  const server = (name: string) => `server --config /srv/${name}/${name}.toml`;
  const table: readonly (readonly [
    slot: string,
    image: string,
    network: string,
    ports: string,
    volume: string,
    command: string,
  ])[] = [
    [
      'mcns/mcns',
      'mcns:v1.2.0',
      'mcpnet',
      '192.168.88.181:53->53/tcp 192.168.88.181:53->53/udp 100.95.252.120:53->53/tcp 100.95.252.120:53->53/udp 127.0.0.1:38443->8443/tcp',
      'mcns',
      server('mcns'),
    ],
    [
      'mc-proxy/mc-proxy',
      'mc-proxy:v1.2.2',
      'host',
      ':443->443/tcp :8443->8443/tcp :9443->9443/tcp',
      'mc-proxy',
      server('mc-proxy'),
    ],
    ['mcr/api', 'mcr:v1.2.1', 'mcpnet', '127.0.0.1:28443->8443/tcp 127.0.0.1:29443->9443/tcp', 'mcr', server('mcr')],
    ['mcr/web', 'mcr-web:v1.3.2', 'mcpnet', '127.0.0.1:28080->8080/tcp', 'mcr', server('mcr')],
    [
      'metacrypt/api',
      'metacrypt:v1.3.1',
      'mcpnet',
      '127.0.0.1:18443->8443/tcp 127.0.0.1:19443->9443/tcp',
      'metacrypt',
      server('metacrypt'),
    ],
    ['metacrypt/web', 'metacrypt-web:v1.4.1', 'mcpnet', '127.0.0.1:18080->8080/tcp', 'metacrypt', server('metacrypt')],
    ['mcp-master/mcp-master', 'mcp-master:v0.10.3', 'host', ':9555->9555/tcp', 'mcp-master', server('mcp-master')],
    [
      'mcq/mcq',
      'mcq:v0.4.2',
      'mcpnet',
      '127.0.0.1:48080->8080/tcp 100.95.252.120:48080->8080/tcp',
      'mcq',
      server('mcq'),
    ],
    ['mcdoc/mcdoc', 'mcdoc:v0.1.0', 'mcpnet', '127.0.0.1:38080->8080/tcp', 'mcdoc', server('mcdoc')],
    ['mcat/mcat', 'mcat:v1.2.0', 'mcpnet', '127.0.0.1:48116->8443/tcp', 'mcat', server('mcat')],
    [
      'kls/kls',
      'kls:v0.2.0',
      'mcpnet',
      '127.0.0.1:58080->8080/tcp 100.95.252.120:58080->8080/tcp',
      'kls',
      '-f /srv/kls/kls.conf',
    ],
    [
      'sgard/sgard',
      'sgardd:v3.2.0',
      'mcpnet',
      '127.0.0.1:19473->9473/tcp',
      'sgard',
      '--repo /srv/sgard --authorized-keys /srv/sgard/authorized_keys --tls-cert /srv/sgard/cert.pem --tls-key /srv/sgard/key.pem',
    ],
  ];

  test('twelve containers, as the recovery runbook has them', async () => {
    const { desired, diagnostics } = await compileFiles(readFolder(`${folder}platform`), { node: rift });
    expect(desired.refusals).toEqual([]);
    expect(diagnostics).toEqual([]);
    expect(keysOf(desired, 'container')).toHaveLength(table.length);
    for (const [slot, image, network, ports, volume, command] of table) {
      const { spec, care } = containerOf(desired, slot);
      expect(spec).toMatchObject({
        image: `mcr.svc.mcp.metacircular.net:8443/${image}`,
        network,
        mounts: [{ source: `/srv/${volume}`, target: `/srv/${volume}`, readOnly: false }],
        user: slot === 'mcr/web' ? '0:0' : '',
      });
      expect(spec.ports.map((p) => `${p.ip}:${p.host}->${p.container}/${p.protocol}`).join(' ')).toBe(ports);
      expect(spec.command.join(' ')).toBe(command);
      expect(care?.restart).toBe('unless-stopped');
      // Programs with ports of their own: nothing is leased, so the table above is all there is.
      expect(spec.routes.every((route) => route.fixed !== null)).toBe(true);
    }
  });

  test('boot order and routes', async () => {
    const { desired } = await compileFiles(readFolder(`${folder}platform`), { node: rift });
    expect(
      desired.stages.map(
        (stage, i) =>
          `${stage.name}: ${Object.keys(desired.services)
            .filter((name) => desired.services[name]?.stage === i)
            .join(' ')}`,
      ),
    ).toEqual([
      'foundation: mcns',
      'core: mc-proxy mcr metacrypt',
      'management: mcp-master',
      'services: kls mcat mcdoc mcq sgard',
    ]);
    const routes = (port: number) =>
      keysOf(desired, 'route')
        .filter((key) => key.startsWith(`route/${port}/`) && key.includes('.svc.'))
        .map((key) => key.split('/')[2]?.split('.')[0]);
    expect(routes(443)).toEqual(['kls', 'mcat', 'mcdoc', 'mcq', 'mcr', 'metacrypt']);
    expect(routes(8443)).toEqual(['mcr', 'metacrypt']);
    expect(routes(9443)).toEqual(['mcr', 'metacrypt', 'sgard']);
  });

  test('the edge serves the public names, once rift’s root is committed', async () => {
    const svc = nodeFacts({ node: 'svc', addresses: [{ name: 'overlay', ip: '100.106.232.4' }] });
    const files = readFolder(`${folder}platform`);
    const before = await compileFiles(files, { node: svc });
    expect(before.desired.refusals.map((refusal) => refusal.code)).toEqual(Array(4).fill('RootMissing'));
    const root = new TextEncoder().encode('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    const after = await compileFiles(new Map(files).set('ca/rift.pem', root), { node: svc });
    expect(keysOf(after.desired, 'route')).toEqual(
      ['docs', 'kls', 'mcq', 'metacrypt'].map((name) => `route/443/${name}.metacircular.net`),
    );
    expect(keysOf(after.desired, 'container')).toEqual([]);
  });

  test('overlay-haproxy: mc-proxy is kept, stopped; everything else is the same', async () => {
    const files = readFolder(`${folder}platform`);
    for (const [path, bytes] of readFolder(`${folder}platform/overlay-haproxy`)) files.set(path, bytes);
    const { desired } = await compileFiles(files, { node: rift });
    const plain = (await compileFiles(readFolder(`${folder}platform`), { node: rift })).desired;
    expect(containerOf(desired, 'mc-proxy/mc-proxy').active).toBe(false);
    const others = (keys: string[]) => keys.filter((key) => !key.includes('mc-proxy'));
    expect(others(Object.keys(desired.resources))).toEqual(others(Object.keys(plain.resources)));
  });

  test('the order of definitions and files does not show', async () => {
    const files = readFolder(`${folder}platform`);
    const { definitions, fleet } = await parsed(files);
    const expected = JSON.stringify(
      compile({ snapshot: snapshotOf(files), definitions, fleet, node: rift, generation: 1 }),
    );
    fc.assert(
      fc.property(fc.shuffledSubarray([...definitions], { minLength: definitions.length }), (shuffled) => {
        expect(
          JSON.stringify(
            compile({ snapshot: snapshotOf(files), definitions: shuffled, fleet, node: rift, generation: 1 }),
          ),
        ).toBe(expected);
      }),
      { numRuns: 20 },
    );
  });
});

test('notes: the database first, the migration between, nothing refused', async () => {
  const { desired } = await compileFiles(readFolder(`${folder}notes`));
  expect(desired.refusals).toEqual([]);
  expect(resource(desired, 'job/notes/migrate').references).toContainEqual({ slot: 'notes/db' });
  expect(containerOf(desired, 'notes/web').references).toEqual(
    expect.arrayContaining([{ slot: 'notes/db', booting: true }, { key: 'job/notes/migrate' }]),
  );
  expect(readFileSync(`${folder}notes/services/notes/app.ini`, 'utf8')).toContain('host = db');
});

test.each(fleets)(
  '%s: the planner makes a plan of it, on a machine that has its directories and secrets',
  async (name) => {
    const { desired } = await compileFiles(readFolder(folder + name), {
      node: nodeFacts({
        policy: { mounts: ['/srv'], images: ['*'], flags: ['host-network'], blast: { services: 1, percent: 25 } },
      }),
    });
    const there = (key: string, state: Json): [string, ObservedResource] => {
      const kind = key.slice(0, key.indexOf('/'));
      return [
        key,
        {
          key: key as ObservedResource['key'],
          kind,
          slot: key,
          services: [],
          owner: 'managed',
          state,
          health: 'none',
          references: [],
          claims: [],
        },
      ];
    };
    const observed: Observed = {
      node: 'rift',
      at: 0,
      bootId: 'b',
      blind: {},
      busy: [],
      resources: Object.fromEntries([
        ...keysOf(desired, 'volume').map((key) => there(key, { createdAt: 0 })),
        ...keysOf(desired, 'secret').map((key) =>
          there(key, { podmanName: key, file: 'mark', recorded: 'mark', createdAt: 0 }),
        ),
      ]),
    };
    // rift's node.toml says proxy = "none" there: its proxy is one of the services.
    const served = kinds
      .map((kind) => kind.kind)
      .filter((kind) => name !== 'platform' || !['listener', 'route', 'certificate', 'record'].includes(kind));
    const made = plan({
      desired,
      observed,
      kinds,
      history: emptyHistory,
      now: 0,
      served,
    });
    expect(made.held).toEqual([]);
    expect(made.waiting).toEqual([]);
    const created = made.actions.filter((action) => action.kind === 'container' && action.verb === 'create');
    expect(created.map((action) => action.key).sort()).toEqual(keysOf(desired, 'container'));
  },
);
