import { expect, test } from 'vitest';
import type { Plan } from '../model/plan.ts';
import { awaitedStages, startWaits } from './start-waits.ts';

const action = (id: string, slot: string, needs: readonly string[] = []) => {
  const [key = '', verb] = id.split('#');
  return { id, key, slot, kind: key.split('/')[0], verb, needs };
};

const plan = (of: object): Plan => ({ actions: [], barriers: [], held: [], waiting: [], ...of }) as unknown as Plan;

test('what a start needs: stages, gates of others, jobs, images; not its own parts', () => {
  const actions = [
    action('image/a:1#pull', 'image/a:1'),
    action('network/web#create', 'network/web'),
    action('job/web/migrate#run', 'web/migrate'),
    action('container/web-1#create', 'web', ['image/a:1#pull', 'network/web#create']),
    action('container/web-1#start', 'web', ['container/web-1#create', 'stage/core', 'job/web/migrate#run']),
    action('container/web-1#await', 'web', ['container/web-1#start']),
    action('container/app-1#start', 'app', ['container/web-1#await']),
  ];
  expect(Object.fromEntries(startWaits(plan({ actions })))).toEqual({
    web: [
      { kind: 'image', on: 'a:1', why: '' },
      { kind: 'stage', on: 'core', why: '' },
      { kind: 'job', on: 'web/migrate', why: '' },
    ],
    app: [{ kind: 'slot', on: 'web', why: '' }],
  });
});

test('waits and holds in the words of the plan', () => {
  const waiting = [
    { code: 'StageNotReady', key: 'container/a-1', slot: 'a', on: 'core', message: 'stage core is not ready' },
    { code: 'BackingOff', key: 'container/b-1', slot: 'b', on: 'b', message: 'failed 3 times' },
    { code: 'Missing', key: 'route/443/x', slot: 'route/443/x', on: 'y', message: 'not there' },
  ];
  const held = [{ id: 'h1', code: 'Frozen', slots: ['a'], message: 'frozen by ops' }];
  const barriers = [{ id: 'stage/foundation', needs: [] }];
  expect(Object.fromEntries(startWaits(plan({ waiting, held })))).toEqual({
    a: [
      { kind: 'hold', on: 'h1', why: 'Frozen: frozen by ops' },
      { kind: 'stage', on: 'core', why: 'stage core is not ready' },
    ],
    b: [{ kind: 'wait', on: 'BackingOff', why: 'failed 3 times' }],
  });
  expect(awaitedStages(plan({ waiting, barriers }))).toEqual(['foundation', 'core']);
});
