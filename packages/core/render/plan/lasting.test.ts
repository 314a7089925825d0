import { expect, test } from 'vitest';
import type { Action } from '../../model/plan.ts';
import { lastingWords } from './lasting.ts';

const action = (key: string, verb: Action['verb'], slot = key) =>
  ({ key, kind: key.slice(0, key.indexOf('/')), slot, verb }) as unknown as Action;

test.each([
  ['a container', [action('container/web-1', 'create')], ['data: what a new version writes to it is not put back']],
  ['a job', [action('job/web/migrate', 'run', 'web/migrate')], ['job web/migrate: what it does is not undone']],
  [
    'a volume, once',
    [action('volume/data', 'create'), action('volume/data', 'create')],
    ['volume data: it is made and stays, data is never removed'],
  ],
  [
    'a certificate',
    [action('certificate/web.example.net', 'create')],
    ['certificate web.example.net: it is issued and stays valid'],
  ],
  ['a route and a record', [action('route/443/web', 'create'), action('record/web', 'update')], []],
  ['a removal', [action('container/web-1', 'delete')], []],
])('%s', (_, actions, words) => {
  expect(lastingWords({ actions })).toEqual(words);
});
