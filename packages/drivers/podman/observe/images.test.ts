import { expect, test } from 'vitest';
import type { ImageRow } from '../client/contract.ts';
import { imageNamed, splitRef } from './images.ts';

const digest = `sha256:${'d'.repeat(64)}`;
const rows: readonly ImageRow[] = [
  {
    id: '1',
    names: ['registry.example.net:5000/a/web:1'],
    digests: [`registry.example.net:5000/a/web@${digest}`],
    digest,
    bytes: 1,
    labels: {},
  },
  { id: '2', names: [], digests: [], digest: '', bytes: 1, labels: {} },
];

test.each([
  ['registry.example.net:5000/a/web:1', '1'],
  ['registry.example.net:5000/a/web:2', undefined],
  [`registry.example.net:5000/a/web@${digest}`, '1'],
  [`registry.example.net:5000/a/web:9@${digest}`, '1'],
  [`other.example.net/web@${digest}`, undefined],
  ['web:1', undefined],
])('%s', (ref, id) => {
  expect(imageNamed(rows, ref)?.id).toBe(id);
});

test.each([
  ['a.example/web:1', { name: 'a.example/web', tag: '1', digest: '' }],
  ['a.example:5000/web', { name: 'a.example:5000/web', tag: '', digest: '' }],
  ['a.example:5000/web:1@sha256:x', { name: 'a.example:5000/web', tag: '1', digest: 'sha256:x' }],
])('parts of %s', (ref, parts) => {
  expect(splitRef(ref)).toEqual(parts);
});
