import type { Desired, Json, Resource } from '@reconcile/core';
import type { ContainerSpec } from '@reconcile/core/kinds/container';
import type { NetworkSpec } from '@reconcile/core/kinds/network';
import type { VolumeSpec } from '@reconcile/core/kinds/volume';
import { desiredOf, emptySim, planOn } from '@reconcile/testkit/worlds';
import { describe, expect, test } from 'vitest';
import { type Copy, drillCopy } from './copy.ts';
import type { SourceFact } from './mounts.ts';
import { FreePorts } from './ports.ts';

const image = 'reg.example.net/app:1';
const there = '/var/lib/volumes/db-data/_data';

function node(change: (resource: Resource) => Resource = (one) => one): Desired {
  const desired = desiredOf(
    {
      stages: 2,
      services: [
        {
          name: 'db',
          stage: 0,
          components: [
            { name: 'db', image, ports: [5432], volumes: [{ name: 'db-data', readOnly: false }], secrets: ['pass'] },
          ],
          jobs: [
            { name: 'migrate', image, when: 'before-start' },
            { name: 'report', image, when: 'schedule' },
          ],
        },
        {
          name: 'web',
          stage: 1,
          components: [
            {
              name: 'web',
              image,
              network: 'inner',
              dependsOn: ['db/db'],
              routes: [{ name: '', hostname: 'web.example.net', listener: 443 }],
            },
          ],
        },
        { name: 'edge', stage: 1, components: [{ name: 'edge', image: 'reg.example.net/edge:1', network: 'host' }] },
        { name: 'off', stage: 1, active: false, components: [{ name: 'off', image }] },
      ],
    },
    3,
  );
  const resources = Object.fromEntries(Object.values(desired.resources).map((one) => [one.key, change(one)]));
  return { ...desired, resources };
}

const sources: Readonly<Record<string, SourceFact>> = {
  'db-data': { kind: 'directory', path: there, isElsewhere: false },
};

function copied(desired = node(), facts = sources): Copy {
  return drillCopy(desired, { sources: facts, overlays: true, free: new FreePorts([]) });
}

function specOf(copy: Copy, slot: string): ContainerSpec {
  const found = Object.values(copy.desired.resources).find((one) => one.slot === slot && one.kind === 'container');
  if (found === undefined) throw new Error(`no ${slot}`);
  return found.spec as unknown as ContainerSpec;
}

const withSpec = (slot: string, more: Partial<ContainerSpec>) => (one: Resource) =>
  one.slot === slot && one.kind === 'container'
    ? { ...one, spec: { ...(one.spec as object), ...more } as unknown as Json }
    : one;

describe('the copy', () => {
  test('has what podman does and nothing that reaches out of it', () => {
    const { desired, without } = copied();
    const kinds = new Set(Object.values(desired.resources).map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(['container', 'image', 'job', 'network', 'secret', 'volume']);
    expect(without).toMatchObject({ routes: 1, listeners: 1 });
  });

  test('keeps names, stages and order', () => {
    const before = node();
    const { desired } = copied(before);
    expect(desired.stages).toEqual(before.stages);
    for (const [key, { kind, specHash, stage }] of Object.entries(desired.resources))
      if (kind === 'container') expect(before.resources[key as never]).toMatchObject({ specHash, stage });
    const web = Object.values(desired.resources).find(({ slot }) => slot === 'web/web');
    expect(web?.references).toContainEqual(expect.objectContaining({ slot: 'db/db' }));
  });

  test('moves ports and their claims', () => {
    const copy = copied();
    expect(copy.moved).toEqual({ 'db/db': [{ protocol: 'tcp', from: '*:5432', to: '127.0.0.1:20000' }] });
    const claims = Object.values(copy.desired.resources).flatMap((one) => one.claims.map(({ value }) => value));
    expect(claims).toContain('tcp/127.0.0.1/20000');
    expect(claims.filter((value) => value.includes('5432'))).toEqual([]);
  });

  test('sees the data of a volume below a layer, as a directory of this machine', () => {
    const copy = copied();
    expect(specOf(copy, 'db/db').mounts).toMatchObject([{ source: there, options: ['O'] }]);
    expect(copy.desired.resources[`volume/${there}`]?.spec as unknown as VolumeSpec).toMatchObject({
      source: 'host',
      name: there,
    });
    expect(copy.desired.resources['volume/db-data']).toBeUndefined();
  });

  test('closes every network, and gives podman’s own a closed one in its place', () => {
    const copy = copied();
    const networks = Object.values(copy.desired.resources).filter(({ kind }) => kind === 'network');
    expect(networks.map(({ key }) => key).sort()).toEqual(['network/inner', 'network/reconcile-drill']);
    for (const { spec } of networks) expect(spec as unknown as NetworkSpec).toMatchObject({ internal: true });
    expect(specOf(copy, 'db/db').network).toBe('reconcile-drill');
    expect(specOf(copy, 'web/web').network).toBe('inner');
  });

  test('runs the jobs of a boot, not those of a clock', () => {
    const jobs = Object.values(copied().desired.resources).filter(({ kind }) => kind === 'job');
    expect(jobs.map(({ slot }) => slot)).toEqual(['db/migrate']);
  });

  test('leaves out what is off, and the image only it and others left out have', () => {
    const { desired, unproved } = copied();
    expect(Object.values(desired.resources).map(({ slot }) => slot)).not.toContain('off/off');
    expect(unproved['off/off']).toBeUndefined();
    expect(desired.resources['image/reg.example.net/edge:1']).toBeUndefined();
  });

  test('can be planned from nothing: every container is made, nothing is held', () => {
    const { desired } = copied(node(withSpec('db/db', { secrets: [] })), {});
    const plan = planOn(emptySim(), desired);
    expect(plan.held).toEqual([]);
    const made = plan.actions.filter(({ kind, verb }) => kind === 'container' && verb === 'create');
    expect(made.map(({ slot }) => slot).sort()).toEqual(['db/db', 'web/web']);
  });
});

test.each<[string, string, Partial<ContainerSpec>, RegExp]>([
  ["the node's own network", 'edge/edge', {}, /the node's own network/],
  ['privileged', 'db/db', { privileged: true }, /privileged/],
  ['a device', 'db/db', { devices: ['/dev/ttyS0'] }, /\/dev\/ttyS0/],
])('%s cannot be there twice: named, and nobody waits for it', (...[, slot, more, why]) => {
  const copy = copied(node(withSpec(slot, more)));
  expect(copy.unproved[slot]).toMatch(why);
  const references = Object.values(copy.desired.resources).flatMap((one) => one.references);
  expect(references).not.toContainEqual(expect.objectContaining({ slot }));
});

test('a volume with a driver of its own is named', () => {
  const copy = copied(node(), { 'db-data': { kind: 'directory', path: there, isElsewhere: true } });
  expect(copy.unproved['db/db']).toMatch(/db-data has a driver/);
});
