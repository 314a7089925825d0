import type { Diagnostic } from '@reconcile/core';
import { plainText, textWidth } from '@reconcile/core/render';
import { expect, test } from 'vitest';
import { problemLines } from './validate-lines.ts';

const problem = (more: Partial<Diagnostic>): Diagnostic => ({
  severity: 'error',
  code: 'WrongTable',
  file: 'services/web.toml',
  line: 2,
  column: 1,
  path: 'routes.memory',
  message: 'it belongs elsewhere',
  ...more,
});
const shown = (more: Partial<Diagnostic>, text?: string, look: { width?: number; ascii?: boolean } = {}) =>
  plainText(problemLines(problem(more), text, { width: 160, ascii: false, ...look }));

test('place, path, message; the line with a mark below; what to do', () => {
  expect(shown({ hint: 'move it up' }, '[[routes]]\nmemory = "1g"\n')).toBe(
    [
      'error services/web.toml:2:1  routes.memory: it belongs elsewhere',
      '  2 │ memory = "1g"',
      '    │ ^^^^^^',
      '  next  move it up',
    ].join('\n'),
  );
});

test.each([
  ['a text', 'image = "a b" # c', 9, '        ^^^^^'],
  ['an escaped text', 'image = "a\\"b"', 9, '        ^^^^^^'],
  ['a header', '[[routes]] # c', 1, '^^^^^^^^^^'],
  ['a number', 'port = 70000', 8, '       ^^^^^'],
  ['a sign', 'a = [1,', 7, '      ^'],
  ['the end of the line', 'a =', 4, '   ^'],
  ['after a wide letter', 'a = ["漢", x]', 11, '           ^'],
  ['after a tab', '\ta = "x"', 6, '     ^^^'],
])('the mark is as long as %s', (...[, text, column, mark]) => {
  const [, , below = ''] = shown({ line: 1, column }, text).split('\n');
  expect(below.slice(6)).toBe(mark);
});

test('nothing is wider than the terminal, and a long line is shown around its place', () => {
  const hint = 'words '.repeat(30).trim();
  const text = `env = ["${'x'.repeat(200)}", "TOKEN"]`;
  const out = shown({ line: 1, column: text.indexOf('"TOKEN"') + 1, message: hint, hint }, text, { width: 60 });
  expect(Math.max(...out.split('\n').map(textWidth))).toBeLessThanOrEqual(60);
  const rows = out.split('\n');
  const at = rows.findIndex((row) => row.includes('"TOKEN"'));
  expect(rows[at + 1]?.indexOf('^^^^^^^')).toBe(rows[at]?.indexOf('"TOKEN"'));
});

test('without a position, a text or UTF-8', () => {
  expect(shown({ line: 0, file: 'fleet.toml', path: '' })).toBe('error fleet.toml  it belongs elsewhere');
  expect(shown({ line: 9 }, 'one line')).not.toContain('│');
  expect(shown({ severity: 'warning' }, 'a\nb', { ascii: true })).toBe(
    'warning services/web.toml:2:1  routes.memory: it belongs elsewhere\n  2 | b\n    | ^',
  );
});

test('what a file says cannot speak to the terminal', () => {
  expect(shown({ message: 'found "\u001b[2J"' }, 'a\nb = "\u001b[31mred"')).not.toContain('\u001b');
});
