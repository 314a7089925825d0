import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { farWords, shellWord } from './words.ts';

test.each([
  ['-H rift ps', undefined, 'ps'],
  ['ps -H rift -q', undefined, 'ps -q'],
  ['ps --host=rift', undefined, 'ps'],
  ['ps -Hrift', undefined, 'ps'],
  ['--all-nodes status --json', undefined, 'status --json'],
  ['logs web -- -H', undefined, 'logs web -- -H'],
  ['-H rift exec web grep -H x', 'web', 'exec web grep -H x'],
  ['exec --host rift web -- curl --host x', 'web', 'exec web -- curl --host x'],
])('%s', (given, ends, wanted) => {
  expect(farWords(given.split(' '), ends)).toEqual(wanted.split(' '));
});

test('every word comes out of a shell as it went in', () => {
  const words = [
    'plain',
    '',
    'a b',
    "it's",
    '"',
    '$(touch /tmp/x)',
    '`id`',
    ';rm',
    '*',
    '~',
    '\\',
    "'\\''",
    'a\nb',
    '-o',
    '#',
    '!x',
    'ü',
  ];
  const said = execFileSync('sh', ['-c', `printf '%s\\0' ${words.map(shellWord).join(' ')}`]).toString();
  expect(said.split('\0').slice(0, -1)).toEqual(words);
});
