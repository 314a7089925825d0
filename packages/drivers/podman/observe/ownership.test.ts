import type { ContainerRecord } from '@reconcile/core';
import { expect, test } from 'vitest';
import type { ContainerRow } from '../client/contract.ts';
import { labels } from '../labels.ts';
import { isJobRun, judge, type Known, type Verdict } from './ownership.ts';

const maker = { fleet: 'home', node: 'rift' };
const ours = {
  [labels.fleet]: 'home',
  [labels.node]: 'rift',
  [labels.key]: 'container/web-1',
  [labels.slot]: 'web/web',
};
const row = (more: Partial<ContainerRow> = {}): ContainerRow => ({
  id: 'a',
  name: 'web-1',
  state: 'running',
  labels: ours,
  imageId: 'i',
  pid: 1,
  exitCode: 0,
  ports: [],
  networks: [],
  createdAt: 0,
  startedAt: 0,
  exitedAt: 0,
  ...more,
});
const record = (id: string): ContainerRecord => ({
  name: 'web-1',
  id,
  slot: 'web/web',
  spec: {},
  specHash: '',
  schema: 1,
  aliased: false,
});
const known = (record_?: ContainerRecord, more: Partial<Known> = {}): Known => ({
  maker,
  records: record_ === undefined ? {} : { 'web-1': record_ },
  ids: new Set(['a']),
  imposing: new Set(),
  ...more,
});

test.each<[string, ContainerRow, Known, Verdict]>([
  ['made by us', row(), known(record('a')), 'ours'],
  ['only intended: the create was interrupted', row(), known(record('')), 'ours-unknown'],
  ['the ledger is lost', row(), known(), 'ours-unknown'],
  ['recreated by hand: the id we made is gone', row(), known(record('b')), 'ours-unknown'],
  [
    'the one we made still exists under another name',
    row(),
    known(record('b'), { ids: new Set(['a', 'b']) }),
    'foreign',
  ],
  ['no labels', row({ labels: {} }), known(record('a')), 'foreign'],
  ['another fleet', row({ labels: { ...ours, [labels.fleet]: 'work' } }), known(), 'foreign'],
  ['another node', row({ labels: { ...ours, [labels.node]: 'svc' } }), known(), 'foreign'],
  ['labels of another container', row({ labels: { ...ours, [labels.key]: 'container/web' } }), known(), 'foreign'],
  ['unknown id, image not asked yet', row(), known(undefined, { imposing: undefined }), 'ask-image'],
  ['labels that the image brings prove nothing', row(), known(undefined, { imposing: new Set(['i']) }), 'foreign'],
  ['unless the ledger knows the id', row(), known(record('a'), { imposing: new Set(['i']) }), 'ours'],
  ['a leftover that the ledger names', row({ state: 'storage', labels: {} }), known(record('')), 'ours'],
  ["somebody else's leftover", row({ state: 'storage', labels: {} }), known(), 'foreign'],
])('%s', (...[, seen, ledger, verdict]) => {
  expect(judge(seen, ledger)).toBe(verdict);
});

test('a run of a job is no container of the node', () => {
  const job = { [labels.fleet]: 'home', [labels.node]: 'rift', [labels.job]: 'mcr/migrate' };
  expect(isJobRun(row({ labels: job }), maker)).toBe(true);
  expect(isJobRun(row({ labels: { ...job, [labels.node]: 'svc' } }), maker)).toBe(false);
  expect(isJobRun(row(), maker)).toBe(false);
});
