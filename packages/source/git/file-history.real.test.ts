import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileHistory } from './file-history.ts';
import { definition, type SampleRepository, Sandbox } from './sample-repository.fixture.ts';

let box: Sandbox;
let repo: SampleRepository;
beforeEach(() => {
  box = new Sandbox();
  repo = box.sample('fleet');
});
afterEach(() => box.remove());

const path = 'services/web.toml';
const history = (limit = 20) => fileHistory(box.context(), { repo: repo.path, path, limit });

test('the commits of one file, newest first, with its text after each', async () => {
  const second = repo.commit({ [path]: definition.replace(':1', ':2') }, 'web 2 – größer\n\nwhy');
  repo.commit({ 'services/db.toml': 'x' }, 'another file');
  repo.git('rm', '-q', path);
  repo.commit({}, 'web goes');
  const third = repo.commit({ [path]: definition }, 'web is back');

  const found = (await history()).ok ?? [];
  expect(found.map(({ message, text }) => [message, text])).toEqual([
    ['web is back', definition],
    ['web goes', undefined],
    ['web 2 – größer', definition.replace(':1', ':2')],
    ['The first', definition],
  ]);
  expect(found.map(({ commit }) => commit)).toEqual(expect.arrayContaining([second, third]));
  expect(found[0]).toMatchObject({ author: 'Ada' });
  expect(found[0]?.at).toBeGreaterThan(1_600_000_000_000);
  expect((await history(1)).ok).toHaveLength(1);
});

test('a name that looks like a pattern or an option is a name', async () => {
  expect((await fileHistory(box.context(), { repo: repo.path, path: '*', limit: 5 })).ok).toEqual([]);
  expect((await fileHistory(box.context(), { repo: repo.path, path: '--all', limit: 5 })).ok).toEqual([]);
});

test('no repository, and one without commits', async () => {
  expect(await fileHistory(box.context(), { repo: box.home, path, limit: 5 })).toMatchObject({ problem: 'Missing' });
  const empty = box.repository('empty');
  expect(await fileHistory(box.context(), { repo: empty.path, path, limit: 5 })).toMatchObject({ problem: 'Corrupt' });
});
