import { describe, expect, test } from 'vitest';
import { type Course, type Expected, judge } from './oracle.ts';
import type { Seen, SeenContainer } from './seen.ts';

const container = (name: string, more: Partial<SeenContainer> = {}): SeenContainer => ({
  name,
  slot: `${name.split('-')[0]}/main`,
  id: `id of ${name}`,
  isRunning: true,
  process: '100 1',
  version: '1',
  ...more,
});

const web1 = container('web-1');
const web2 = container('web-2', { version: '2', process: '200 2' });
const db = container('db-1', { process: '300 3' });
const seen = (containers: readonly SeenContainer[], more: Partial<Seen> = {}): Seen => ({
  containers,
  leftovers: [],
  things: ['network front', 'route web.example.net to web/main'],
  data: { 'db-data': 'digest' },
  commit: 'b',
  ...more,
});

const expected: Expected = {
  slots: { 'web/main': '2', 'db/main': '1' },
  things: ['network front', 'route web.example.net to web/main'],
  commit: 'b',
  renewed: new Set(['web/main']),
};
const good: Course = {
  before: seen([web1, db], { commit: 'a' }),
  crashed: [seen([web1, web2, db])],
  after: seen([web2, db]),
  passes: 1,
  failures: [],
};

test('an orderly course is in order', () => {
  expect(judge(expected, good)).toEqual([]);
});

/** The same course with another end. */
const after = (containers: readonly SeenContainer[], more: Partial<Seen> = {}): Course => ({
  ...good,
  after: seen(containers, more),
});

describe('each kind of violation is told', () => {
  test.each<[string, Course, string]>([
    ['a slot without a container', after([web2]), 'lost: db/main does not run'],
    ['a container that does not run', after([web2, { ...db, isRunning: false }]), 'lost: db/main does not run'],
    ['the old version', after([web1, db]), 'lost: web/main is 1, not 2'],
    ['two versions', after([web1, web2, db]), 'duplicate: web/main has web-1 and web-2'],
    [
      'the old one, stopped but there',
      after([{ ...web1, isRunning: false }, web2, db]),
      'duplicate: web/main has web-1 and web-2',
    ],
    ['a container that nothing wants', after([web2, db, container('old-1')]), 'orphan: container old-1 of old/main'],
    ["a job's container", after([web2, db, container('job-1', { slot: '' })]), 'orphan: container job-1 of nobody'],
    ['a leftover of the storage', after([web2, db], { leftovers: ['web-1'] }), 'orphan: web-1 left in storage'],
    ['a lost route', after([web2, db], { things: ['network front'] }), 'lost: route web.example.net to web/main'],
    [
      'a route to nowhere',
      after([web2, db], { things: ['network front', 'route web.example.net to 127.0.0.1:9'] }),
      'orphan: route web.example.net to 127.0.0.1:9',
    ],
    [
      'a temporary file',
      after([web2, db], { things: [...expected.things, 'stray blobs/.x.tmp'] }),
      'orphan: stray blobs/.x.tmp',
    ],
    ['a name twice', after([web2, db], { things: [...expected.things, 'network front'] }), 'duplicate: network front'],
    [
      'what the change was not about, started again',
      after([web2, { ...db, process: '301 9' }]),
      'restarted: db/main (db-1) has another process',
    ],
    [
      'what the change was not about, made again',
      after([web2, { ...db, id: 'another' }]),
      'restarted: db/main (db-1) has another process',
    ],
    [
      'what the fault had left well, started again',
      after([{ ...web2, process: '201 9' }, db]),
      'restarted: web/main (web-2) has another process',
    ],
    ['changed data', after([web2, db], { data: { 'db-data': 'other' } }), 'data: db-data has changed'],
    ['lost data', after([web2, db], { data: {} }), 'data: db-data is gone'],
    ['another commit', after([web2, db], { commit: 'a' }), 'forgotten: the registry goes on with a, not b'],
    ['three passes', { ...good, passes: 3 }, 'slow: 3 passes until nothing was left to do'],
    ['a pass that failed', { ...good, failures: ['exit 1'] }, 'failed: exit 1'],
  ])('%s', (_name, course, told) => {
    expect(judge(expected, course).map(({ kind, message }) => `${kind}: ${message}`)).toContain(told);
  });
});

test('what a fault interrupted before it was as it should be may be started again', () => {
  const stopped = { ...web2, isRunning: false };
  const course = { ...good, crashed: [seen([web1, stopped, db])], after: seen([{ ...web2, process: '202 5' }, db]) };
  expect(judge(expected, course)).toEqual([]);
});

test('what must have another process has one: the one it had is not missed', () => {
  const course = { ...good, crashed: [], after: seen([{ ...web2, id: web1.id }, db]) };
  expect(judge(expected, course)).toEqual([]);
});
