import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAllows, parseCommit } from './commit-object.ts';
import { findPacked } from './head.ts';
import { batchInput, objectId, parseBatch } from './objects.ts';
import { isBranchName, isCommitId } from './ref.ts';
import { checkSettings } from './settings.ts';
import { parseTree } from './tree.ts';

const id = 'a'.repeat(40);

describe('branch names', () => {
  test.each(['main', 'feature/x', 'v1.2', 'a@b', 'ünï', '0'])('%s', (name) => expect(isBranchName(name)).toBe(true));
  test.each([
    '',
    '-x',
    'a/-x',
    'a..b',
    '.a',
    'a/.b',
    'a.lock',
    'a/',
    '/a',
    'a//b',
    'a b',
    'a~1',
    'a^',
    'a:b',
    'a?',
    'a*',
    'a[',
    'a\\b',
    'a@{1}',
    '@',
    'HEAD',
    'a.',
    'a\0',
    'a\n',
  ])('not %j', (name) => expect(isBranchName(name)).toBe(false));
});

test.each([
  { branch: '--upload-pack=x' },
  { branch: 'a..b' },
  { branch: '' },
  { subdir: '../up' },
  { subdir: '/abs' },
  { subdir: 'a/' },
  { subdir: 'a/.git' },
  { remote: '-x' },
  { remote: 'ext::sh -c x' },
])('settings: %j is refused', (more) => {
  const settings = { path: '/srv/fleet', branch: 'main', subdir: '', remote: '', mirror: '/x', ...more };
  expect(() => checkSettings(settings)).toThrow(expect.objectContaining({ code: 'SOURCE_SETTINGS' }));
});

test('commit ids', () => {
  expect([id, 'a'.repeat(64), 'a'.repeat(41), 'A'.repeat(40), `${id}\n`].map(isCommitId)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

test('packed refs are found whole', () => {
  const text = `# pack-refs with: peeled fully-peeled sorted \n${'b'.repeat(40)} refs/heads/main2\n${id} refs/heads/main\n^${'c'.repeat(40)}\n`;
  expect(findPacked(text, 'refs/heads/main')).toBe(id);
  expect(findPacked(text, 'refs/heads/mai')).toBeUndefined();
  expect(findPacked(`x ${text}`, 'refs/heads/none')).toBeUndefined();
  expect(findPacked('', 'refs/heads/main')).toBeUndefined();
});

describe('ls-tree', () => {
  const line = (mode: string, size: string, path: string) =>
    `${mode} ${mode === '160000' ? 'commit' : 'blob'} ${id} ${size}\t${path}\0`;

  test('files by path, and what is left out', () => {
    const tree = parseTree(
      [
        line('100644', '     12', 'fleet.toml'),
        line('120000', '      7', 'services/link'),
        line('160000', '      -', 'services/sub'),
        line('100755', '      3', 'services/\xc3\xbc.toml'),
        line('100644', '      1', 'services/a\nb.toml'),
        line('100644', '      1', 'services/../../x'),
        line('100644', '      1', 'services/\xff'),
      ].join(''),
      '',
    );
    expect(tree?.files).toEqual([
      { path: 'fleet.toml', id, size: 12 },
      { path: 'services/ü.toml', id, size: 3 },
    ]);
    expect(tree?.warnings.map(({ code, path }) => [code, path])).toEqual([
      ['Symlink', 'services/link'],
      ['Submodule', 'services/sub'],
      ['BadName', 'services/a\\nb.toml'],
      ['BadName', 'services/../../x'],
      ['BadName', 'services/\ufffd'],
    ]);
  });

  test.each([
    line('100644', '    BAD', 'fleet.toml'),
    line('100644', '1', 'a') + line('100644', '1', 'a'),
    'garbage\0',
    '100644 blob x 1\ta\0',
  ])('damaged: %j', (text) => {
    expect(parseTree(text, '')).toBeUndefined();
  });

  test('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseTree(text, 'sub')));
  });
});

describe('cat-file --batch', () => {
  const entry = (content: Buffer, type = 'blob', length = 40) =>
    Buffer.concat([
      Buffer.from(`${objectId(type, content, length)} ${type} ${content.length}\n`),
      content,
      Buffer.from('\n'),
    ]);

  test('round trip of any contents, in both hashes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), fc.constantFrom(40, 64), (contents, length) => {
        const objects = parseBatch(
          Buffer.concat(contents.map((content) => entry(Buffer.from(content), 'blob', length))),
        );
        for (const content of contents)
          expect(Buffer.from(objects!.get(objectId('blob', content, length))!)).toEqual(Buffer.from(content));
      }),
    );
  });

  test('missing, cut or changed is damaged', () => {
    const good = entry(Buffer.from('content'));
    expect(parseBatch(Buffer.concat([good, Buffer.from(`${id} missing\n`)]))).toBeUndefined();
    for (let cut = 1; cut < good.length; cut++) expect(parseBatch(good.subarray(0, cut))).toBeUndefined();
    for (let at = 0; at < good.length; at++) {
      const flipped = Buffer.from(good);
      flipped[at]! ^= 1;
      expect(parseBatch(flipped)).toBeUndefined();
    }
  });

  test('one id a line', () => expect(batchInput(['a', 'b'])).toBe('a\nb\n'));
  test('git and we agree on ids', () =>
    expect(objectId('blob', Buffer.from('hello\n'), 40)).toBe('ce013625030ba8dba906f756967f9e9ca394464a'));
});

describe('commit objects', () => {
  test('who, when, what', () => {
    const text = `tree ${id}\nparent ${id}\nauthor Ada L <ada@example.net> 1700000000 +0100\ncommitter Bob <bob@example.net> 1700000100 +0000\ngpgsig -----BEGIN\n x\n\nSubject\n\nBody\n\nReconcile-Allow: remove web db\n`;
    expect(parseCommit(Buffer.from(text))).toEqual({
      message: 'Subject\n\nBody\n\nReconcile-Allow: remove web db',
      author: 'Ada L <ada@example.net>',
      at: 1_700_000_100_000,
      allows: ['web', 'db'],
    });
  });

  test('any bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void parseCommit(bytes)));
  });

  test.each([
    ['s\n\nReconcile-Allow: remove a', ['a']],
    ['s\n\nReconcile-Allow: remove a\nReconcile-Allow: remove b,c  d\nSigned-off-by: x', ['a', 'b', 'c', 'd']],
    ['Reconcile-Allow: remove a\n\nlast paragraph', []],
    ['s\n\nReconcile-Allow: keep a', []],
    ['s\n\nnot Reconcile-Allow: remove a', []],
    ['s\n\nReconcile-Allow: remove', []],
    ['', []],
  ])('%j allows %j', (message, names) => expect(parseAllows(message)).toEqual(names));
});
