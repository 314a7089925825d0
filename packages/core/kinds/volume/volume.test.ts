import type { DataRecord, Desired, Hold, Observed, ResourceKey } from '@reconcile/core';
import { converge, desiredOf, emptySim, planOn, type Sim } from '@reconcile/testkit/worlds';
import { expect, test } from 'vitest';
import { dataToKeep, dataTrouble, isSameData, type SeenData, type VolumeState } from './index.ts';

const was = '8:12:77';
const known: DataRecord = { identity: was, nonEmpty: true };
const seen = (identity: string, isEmpty = false): SeenData => ({ identity, isEmpty });

test.each<[string, string, string, boolean]>([
  ['the same in every figure', '8:12:77', '8:12:77', true],
  ['the kernel numbered devices anew', '8:12:77', '9:12:77', true],
  ['another inode', '8:12:77', '8:13:77', false],
  ['made anew, and given the same inode again', '8:12:77', '8:12:78', false],
  ['no birth, the same device', '8:12:0', '8:12:0', true],
  ['no birth, another device', '8:12:0', '9:12:0', false],
])('one directory? %s', (...[, a, b, isSame]) => {
  expect(isSameData(a, b)).toBe(isSame);
});

test.each<[string, DataRecord | undefined, SeenData | undefined, string | undefined]>([
  ['never seen before', undefined, seen(was), undefined],
  ['never anything in it, and gone', { ...known, nonEmpty: false }, undefined, undefined],
  ['never anything in it, another one now', { ...known, nonEmpty: false }, seen('9:1:1'), undefined],
  ['as it was', known, seen(was), undefined],
  ['gone', known, undefined, 'DataMissing'],
  ['emptied', known, seen(was, true), 'DataMissing'],
  ['its disk is not mounted: the empty directory below', known, seen('1:99:5', true), 'DataMissing'],
  ["somebody else's disk", known, seen('9:2:6'), 'DataForeign'],
])('data %s', (...[, before, now, code]) => {
  expect(dataTrouble('/srv/notes', before, now)?.code).toBe(code);
});

test('a hold names one state of one directory', () => {
  const id = (...of: Parameters<typeof dataTrouble>) => dataTrouble(...of)?.id;
  expect(id('/a', known, undefined)).toBe(id('/a', known, undefined));
  const others = [id('/b', known, undefined), id('/a', known, seen(was, true)), id('/a', known, seen('9:2:6'))];
  expect(new Set([id('/a', known, undefined), ...others]).size).toBe(4);
});

test.each<[string, DataRecord | undefined, SeenData, DataRecord | undefined]>([
  ['first sight', undefined, seen(was, true), { identity: was, nonEmpty: false }],
  ['first sight of data', undefined, seen(was), known],
  ['something is in it now', { ...known, nonEmpty: false }, seen(was), known],
  ['still empty', { ...known, nonEmpty: false }, seen(was, true), undefined],
  ['known', known, seen(was), undefined],
  ['not what it was: for a person', known, seen('9:2:6'), undefined],
])('to be written down: %s', (...[, before, now, kept]) => {
  expect(dataToKeep(before, now)).toEqual(kept);
});

const key: ResourceKey = 'volume/notes-data';
const desired: Desired = desiredOf(
  {
    services: [
      {
        name: 'notes',
        stage: 0,
        components: [
          { name: 'web', image: 'reg.example.net/notes:1', volumes: [{ name: 'notes-data', readOnly: false }] },
          { name: 'other', image: 'reg.example.net/other:1' },
        ],
      },
    ],
  },
  1,
);

/** The node as it converged, then with the data in another state. */
function with_(data: VolumeState['data'], down = true): Sim {
  const sim = converge(emptySim(), desired).sim;
  const resources = Object.fromEntries(
    Object.entries(sim.observed.resources).map(([at, one]) => {
      if (at === key) return [at, { ...one, state: { createdAt: 0, data } }];
      if (one.kind !== 'container' || !down) return [at, one];
      const state = { ...(one.state as object), phase: 'exited', alive: false, pid: 0, exitCode: 0 };
      return [at, { ...one, health: 'none', state }];
    }),
  );
  return { ...sim, observed: { ...sim.observed, resources } as unknown as Observed };
}

test('on an empty directory nothing starts, nothing else waits, and what runs goes on', () => {
  const trouble = { known, seen: seen('1:99:5', true) };
  const stopped = planOn(with_(trouble), desired);
  expect(stopped.held).toMatchObject([{ code: 'DataMissing', slots: ['notes/web'], confirmable: true }]);
  expect(stopped.actions.map(({ slot }) => slot)).not.toContain('notes/web');
  expect(stopped.actions.map(({ id }) => id).join()).toContain('notes-other');
  const running = planOn(with_(trouble, false), desired);
  expect(running.actions).toEqual([]);
  expect(running.held).toHaveLength(1);
});

test.each<[string, VolumeState['data'], string[]]>([
  ['an empty directory', { known, seen: seen('1:99:5', true) }, ['adopt']],
  ['one that is gone', { known }, ['adopt', 'create']],
])('once a person confirmed %s it starts, and nothing is asked again', (...[, data, verbs]) => {
  const sim = with_(data);
  const [hold] = planOn(sim, desired).held as [Hold];
  const released = { ...sim, history: { ...sim.history, releasedHolds: [hold.id] } };
  const made = planOn(released, desired);
  expect(made.actions.filter((action) => action.key === key).map(({ verb }) => verb)).toEqual(verbs);
  const after = converge(released, desired).sim;
  expect(planOn(after, desired)).toMatchObject({ actions: [], held: [], waiting: [] });
});
