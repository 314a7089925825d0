import { listenerActions, routeActions } from '@reconcile/testkit/proxy';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Draft } from '../apply/draft.ts';
import { emptyManifest, formatManifest, parseManifest } from './manifest.ts';
import { allocate } from './pool.ts';

const draft = new Draft(emptyManifest);
draft.apply(listenerActions(80).create, 0);
draft.apply(routeActions({ listener: 80, hostname: 'web.example.net' }).create(['127.0.0.1:31001']), 0);
const manifest = allocate(draft.done(), emptyManifest);

test('what is written is read', () => {
  expect(parseManifest(formatManifest(manifest))).toEqual(manifest);
});

test('anything else is not a record', () => {
  const text = formatManifest(manifest);
  expect(parseManifest('')).toBeUndefined();
  expect(parseManifest('{}')).toBeUndefined();
  expect(parseManifest(text.slice(0, -10))).toBeUndefined();
  expect(parseManifest(text.replace('"b0001":{', '"b0001\\n  mode tcp":{'))).toBeUndefined();
  expect(parseManifest(text.replace('"80":{', '"80\\n":{'))).toBeUndefined();
  expect(parseManifest(text.replace('"slots":4', '"slots":1e9'))).toBeUndefined();
  fc.assert(fc.property(fc.json(), (json) => parseManifest(json) === undefined));
});

test('a damaged record is none, or one of the same shape', () => {
  const lines = formatManifest(manifest).split('\n');
  for (const [at] of lines.entries()) {
    const read = parseManifest(lines.filter((_, n) => n !== at).join('\n'));
    if (read !== undefined) expect(parseManifest(formatManifest(read))).toEqual(read);
  }
});
