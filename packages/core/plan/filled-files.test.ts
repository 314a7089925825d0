import {
  carryOut,
  converge,
  desiredOf,
  emptySim,
  type FleetModel,
  planOn,
  planText,
  reboot,
  type Sim,
} from '@reconcile/testkit/worlds';
import { describe, expect, it } from 'vitest';
import type { SecretState } from '../kinds/secret/index.ts';
import type { ResourceKey } from '../model/resource.ts';

// Files with secrets in them (specs/0059): who is told of another value, in which way, and who is left alone.

type OnChange = NonNullable<FleetModel['services'][number]['components'][number]['files']>[number]['onChange'];

const fleet = (onChange: OnChange): FleetModel => ({
  services: [
    {
      name: 'web',
      stage: 0,
      components: [
        {
          name: 'main',
          image: 'reg.example.net/app:1',
          files: [{ target: '/etc/app.ini', hash: 'f1', onChange, secrets: ['pass', 'token'] }],
        },
      ],
    },
    { name: 'other', stage: 0, components: [{ name: 'main', image: 'reg.example.net/app:1', secrets: ['other'] }] },
  ],
});

/** The world with other marks of values; `null`: podman's own secret, '': gone. */
function values(sim: Sim, marks: Readonly<Record<string, string | null>>, more: Partial<SecretState> = {}): Sim {
  const resources = { ...sim.observed.resources };
  for (const [name, mark] of Object.entries(marks)) {
    const key: ResourceKey = `secret/${name}`;
    const before = resources[key]?.state as unknown as SecretState | undefined;
    const state = { podmanName: '', recorded: null, createdAt: 0, ...before, file: mark, ...more };
    if (mark === null) state.podmanName = name;
    resources[key] = {
      key,
      kind: 'secret',
      slot: key,
      services: [],
      owner: 'managed',
      state: { ...state },
      health: 'none',
      references: [],
      claims: [],
    };
  }
  return { ...sim, observed: { ...sim.observed, resources } };
}

const given = { pass: 'm1', token: 't1', other: 'o1' };

function settled(onChange: OnChange): Sim {
  const end = converge(values(emptySim(), given), desiredOf(fleet(onChange)));
  expect(planText(end.plan)).toBe('');
  return end.sim;
}
const text = (sim: Sim, onChange: OnChange) => planText(planOn(sim, desiredOf(fleet(onChange))));

it('is filled in before its container is made; podman gets no copy of what is only filled in', () => {
  const made = text(values(emptySim(), given), 'restart');
  expect(made).toMatch(/^make file\/web\/etc\/app\.ini#create/m);
  expect(made).toMatch(/^make container\/web#create < .*file\/web\/etc\/app\.ini#create/m);
  expect(made).toContain('make secret/other#create');
  expect(made).not.toMatch(/secret\/(pass|token)#/);
});

describe('another value', () => {
  it.each<[string, OnChange, string]>([
    [
      'restart',
      'restart',
      `make file/web/etc/app.ini#update
release container/web#stop < file/web/etc/app.ini#update
make container/web#start < container/web#stop file/web/etc/app.ini#update
ready container/web#await < container/web#start`,
    ],
    [
      'signal',
      { signal: 'HUP' },
      `make file/web/etc/app.ini#update
make container/web#signal < file/web/etc/app.ini#update
ready container/web#await < container/web#signal`,
    ],
    [
      'exec',
      { exec: ['reload'] },
      `make file/web/etc/app.ini#update
make container/web#exec < file/web/etc/app.ini#update
ready container/web#await < container/web#exec`,
    ],
    ['none', 'none', ''],
  ])('is told by %s, to who uses it alone', (_name, onChange, wanted) => {
    const sim = values(settled(onChange), { pass: 'm2' });
    expect(text(sim, onChange)).toBe(wanted);
    expect(planText(converge(sim, desiredOf(fleet(onChange))).plan)).toBe('');
  });

  it('makes it anew where it wants to be', () => {
    const sim = values(settled('replace'), { token: 't2' });
    const made = planOn(sim, desiredOf(fleet('replace')));
    expect(made.actions.filter(({ key }) => key.startsWith('container/')).map(({ verb }) => verb)).toEqual([
      'stop',
      'delete',
      'create',
      'start',
      'await',
    ]);
    expect(made.actions.every(({ slot }) => !slot.startsWith('other/'))).toBe(true);
    expect(planText(converge(sim, desiredOf(fleet('replace'))).plan)).toBe('');
  });

  it('is still told after a pass that ended between writing and telling', () => {
    const desired = desiredOf(fleet({ signal: 'HUP' }));
    const sim = values(settled({ signal: 'HUP' }), { pass: 'm2' });
    const made = planOn(sim, desired);
    const cut = carryOut(sim, desired, made, { limit: 1 });
    expect(planText(planOn(cut, desired))).toMatch(/^make container\/web#signal/m);
    expect(planText(converge(cut, desired).plan)).toBe('');
  });

  it('is one that a lost ledger does not make up', () => {
    const sim = settled('restart');
    const resources = { ...sim.observed.resources };
    for (const [key, one] of Object.entries(resources)) {
      if (one.kind !== 'container') continue;
      const { files } = one.spec as { files: readonly { values?: unknown }[] };
      const spec = { ...(one.spec as object), files: files.map(({ values: _lost, ...file }) => file) };
      resources[key as ResourceKey] = { ...one, spec: spec as never };
    }
    const lost = { ...sim, observed: { ...sim.observed, resources } };
    expect(text(lost, 'restart')).toBe('');
    expect(text(values(lost, { pass: 'm2' }), 'restart')).toContain('make container/web#start');
  });
});

it('the first pass of a node, which has no key yet, tells nobody of another value', () => {
  const unmarked = values(emptySim(), { ...given, pass: 'unkeyed' });
  const desired = desiredOf(fleet('restart'));
  const end = converge(unmarked, desired);
  expect(planText(end.plan)).toBe('');
  // By the next look there is a key, and the copy was filled with it.
  const resources = { ...end.sim.observed.resources };
  for (const [key, one] of Object.entries(resources)) {
    if (one.kind !== 'file') continue;
    const state = { ...(one.state as object), values: { pass: 'm1', token: 't1' } };
    resources[key as ResourceKey] = { ...one, state };
  }
  const keyed = values({ ...end.sim, observed: { ...end.sim.observed, resources } }, { pass: 'm1' });
  expect(text(keyed, 'restart')).toBe('');
  expect(text(values(keyed, { pass: 'm2' }), 'restart')).toContain('make container/web#start');
});

it('a boot empties the memory: filled in again before the start', () => {
  const before = reboot(settled({ signal: 'HUP' }));
  const left = Object.entries(before.observed.resources).filter(([, { kind }]) => kind !== 'file');
  const resources = Object.fromEntries(left);
  const made = text({ ...before, observed: { ...before.observed, resources } }, { signal: 'HUP' });
  expect(made).toContain('make file/web/etc/app.ini#create');
  expect(made).toMatch(/^make container\/web#start < .*file\/web\/etc\/app\.ini#create/m);
});

describe('a value that cannot be had', () => {
  it.each<[string, Record<string, string | null>, Partial<SecretState>, RegExp]>([
    ['podman does not give it back', { pass: null }, {}, /secret pass is podman's own.*reconcile secret set pass/],
    ['no key', { pass: 'sealed:2' }, { isLocked: true }, /secret pass is encrypted.*reconcile secret key/],
  ])('%s: it waits and says so; the other goes on', (_name, marks, more, why) => {
    const sim = values(values(emptySim(), given), marks, more);
    const desired = desiredOf(fleet('restart'));
    const made = planOn(sim, desired);
    expect(made.waiting.map(({ message }) => message).join('\n')).toMatch(why);
    const used = made.actions.flatMap(({ slot }) => (slot.includes('/main') ? [slot] : []));
    expect([...new Set(used)]).toEqual(['other/main']);
  });

  it('no key any more: what was filled in serves on, and a restart waits for it', () => {
    const sim = settled('restart');
    expect(text(values(sim, { pass: 'm1' }, { isLocked: true }), 'restart')).toBe('');
    const locked = planOn(values(sim, { pass: 'm2' }, { isLocked: true }), desiredOf(fleet('restart')));
    expect(locked.actions).toEqual([]);
    expect(locked.waiting.map(({ message }) => message).join('\n')).toMatch(/this node has no key/);
  });

  it('a secret that is gone: waits with what to do', () => {
    const made = planOn(values(emptySim(), { other: 'o1' }), desiredOf(fleet('restart')));
    expect(made.waiting.map(({ message }) => message).join('\n')).toMatch(/secret pass is neither .*secret set pass/);
  });
});
