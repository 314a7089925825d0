import type { Verdict } from '@reconcile/agent/request';
import type { FileVersion } from '@reconcile/source/git';
import { describe, expect, test } from 'vitest';
import { knownVersions, lastGoodVersion, versionNamed } from './go-back.ts';

const text = (version: string) => `name = "web"\nimage = "example.net/web:${version}"\n`;

/** Newest first, as git gives them; '' = removed. */
function question(versions: readonly string[], verdicts: Readonly<Record<string, Verdict>> = {}, known = true) {
  const history = versions.map(
    (version, i): FileVersion => ({
      commit: `${i}`.repeat(40),
      message: `web ${version}`,
      author: 'ops',
      at: 1_000_000 - i * 3_600_000,
      text: version === '' ? undefined : text(version),
    }),
  );
  const judge = async (of: string): Promise<Verdict> =>
    Object.entries(verdicts).find(([version]) => of === text(version))?.[1] ?? 'unknown';
  return { versions: history, text: text(versions[0] ?? ''), now: 1_000_000, judge: known ? judge : undefined };
}

const back = async (...args: Parameters<typeof question>) => (await lastGoodVersion(question(...args)))?.text;

describe('by itself', () => {
  test.each<[string, Parameters<typeof question>, string | undefined]>([
    ['the version before', [['3', '2', '1']], '2'],
    ['without a node as well', [['3', '2', '1'], {}, false], '2'],
    ['the one that was last good here, though another lies between', [['3', '2', '1'], { 1: 'good' }], '1'],
    ['not one that failed here', [['3', '2', '1'], { 2: 'bad' }], '1'],
    ['not one that changes nothing that runs', [['3', '2', '1'], { 2: 'same' }], '1'],
    ['not one that fits no more', [['3', '2', '1'], { 2: 'broken' }], '1'],
    ['further back after a rollback, not forward again', [['2', '3', '2', '1']], '1'],
    ['past the time it was away', [['2', '', '1']], '1'],
    ['nowhere, when all failed', [['2', '1'], { 1: 'bad' }], undefined],
    ['nowhere, without a history', [['1']], undefined],
  ])('%s', async (_, args, wanted) => {
    expect(await back(...args)).toBe(wanted === undefined ? undefined : text(wanted));
  });

  test('says which and why', async () => {
    expect((await lastGoodVersion(question(['2', '1'], { 1: 'good' })))?.because).toBe(
      '1111111 "web 1" (ops, 1h ago): the version that was last good on this node',
    );
  });
});

describe('by name', () => {
  const asked = question(['3', '2', '1', '2']);
  test.each([
    ['1', text('1'), '1'],
    ['2', text('2'), '2'],
    ['1111', text('2'), '1111111'],
    ['3333333', text('2'), '3333333'],
    ['3', undefined, undefined],
    ['9.9', undefined, undefined],
  ])('%s', (name, wanted, called) => {
    const found = versionNamed(asked, name);
    expect(found?.text).toBe(wanted);
    expect(found?.name).toBe(called);
  });

  test('the known ones', () => {
    expect(knownVersions(asked)).toEqual(['3 (0000000)', '2 (1111111)', '1 (2222222)', '2 (3333333)']);
  });
});
