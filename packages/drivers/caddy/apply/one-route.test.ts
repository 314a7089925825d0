import type { Json } from '@reconcile/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { oneRoute } from './one-route.ts';

const path = 'apps/http/servers/reconcile-80';
const server = (routes: readonly Json[], listen = [':80']): Json => ({ listen, routes });

test.each([
  ['one more', [1, 2], [1, 3, 2], { method: 'PUT', path: `${path}/routes/1`, body: 3 }],
  ['one more at the end', [1], [1, 2], { method: 'POST', path: `${path}/routes`, body: 2 }],
  ['one other', [1, 2, 3], [1, 9, 3], { method: 'PATCH', path: `${path}/routes/1`, body: 9 }],
  ['one less', [1, 2, 3], [1, 3], { method: 'DELETE', path: `${path}/routes/1` }],
  ['two others', [1, 2, 3], [9, 2, 8], undefined],
  ['two changed places', [1, 2], [2, 1], undefined],
])('%s', (_name, before, after, write) => {
  expect(oneRoute(path, server(before), server(after))).toEqual(write);
});

test('what is the listener’s own is written as a whole', () => {
  expect(oneRoute(path, server([1]), server([1, 2], [':81']))).toBeUndefined();
  expect(oneRoute(path, undefined, server([1]))).toBeUndefined();
});

test('whatever is sent makes one list the other, as Caddy carries it out', () => {
  const lists = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 6 });
  fc.assert(
    fc.property(lists, lists, (before, after) => {
      const write = oneRoute(path, server(before), server(after));
      if (write === undefined) return;
      const made: Json[] = [...before];
      const at = write.method === 'POST' ? made.length : Number(write.path.split('/').at(-1));
      made.splice(
        at,
        write.method === 'PUT' || write.method === 'POST' ? 0 : 1,
        ...(write.body === undefined ? [] : [write.body]),
      );
      expect(made).toEqual(after);
    }),
    { numRuns: 2000 },
  );
});
