import { expect, test } from 'vitest';
import { SafeMembers } from './safe.ts';
import type { Member } from './tar.ts';

const sources = [{ name: 'notes-data', member: 'srv/notes' }];
const member = (path: string, more: Partial<Member> = {}): Member => ({
  path,
  type: 'file',
  target: '',
  size: 3,
  sha256: 'ab',
  ...more,
});

test('what lies inside is listed with its content', () => {
  const members = new SafeMembers(sources);
  members.add(member('srv/notes/', { type: 'directory', sha256: '', size: 0 }));
  members.add(member('srv/notes/a'));
  members.add(member('srv/notes/b', { type: 'hardlink', target: 'srv/notes/a', sha256: '', size: 0 }));
  members.add(member('srv/notes/etc', { type: 'symlink', target: '/etc', sha256: '', size: 0 }));
  expect({ ...members.entries }).toEqual({
    'srv/notes': '',
    'srv/notes/a': 'ab',
    'srv/notes/b': '',
    'srv/notes/etc': '',
  });
  expect(members.bytes).toBe(3);
});

test.each<[string, Member[]]>([
  ['an absolute path', [member('/etc/passwd')]],
  ['a way up', [member('srv/notes/../../etc/passwd')]],
  ['another directory', [member('srv/notes2/a')]],
  ['a name that only begins like it', [member('srv/notesx')]],
  ['a file behind a link', [member('srv/notes/l', { type: 'symlink', target: '/etc' }), member('srv/notes/l/passwd')]],
  ['the data itself as a link', [member('srv/notes', { type: 'symlink', target: '/etc' }), member('srv/notes/passwd')]],
  ['a second name of a file elsewhere', [member('srv/notes/h', { type: 'hardlink', target: '/etc/passwd' })]],
  ['a second name of a file further up', [member('srv/notes/h', { type: 'hardlink', target: 'srv/notes/../x' })]],
  [
    'a second name of a link',
    [
      member('srv/notes/l', { type: 'symlink', target: '/etc/passwd' }),
      member('srv/notes/h', { type: 'hardlink', target: 'srv/notes/l' }),
    ],
  ],
  ['a device', [member('srv/notes/null', { type: 'other' })]],
  ['one name twice', [member('srv/notes/a'), member('srv/notes/a')]],
])('refused: %s', (...[, given]) => {
  const members = new SafeMembers(sources);
  expect(() => {
    for (const one of given) members.add(one);
  }).toThrow(expect.objectContaining({ code: 'SNAPSHOT_UNSAFE' }));
});
