import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unifiedDiff } from './diff.ts';

test('reads like any other diff', () => {
  const before = Array.from({ length: 12 }, (_, i) => `line ${i}\n`).join('');
  const after = before.replace('line 1\n', 'line one\n').replace('line 10\n', '');
  expect(unifiedDiff(before, after, 'services/web.toml')).toBe(`--- a/services/web.toml
+++ b/services/web.toml
@@ -1,5 +1,5 @@
 line 0
-line 1
+line one
 line 2
 line 3
 line 4
@@ -8,5 +8,4 @@
 line 7
 line 8
 line 9
-line 10
 line 11
`);
});

test('made, removed, equal', () => {
  expect(unifiedDiff(undefined, 'a\n', 'x')).toBe('--- /dev/null\n+++ b/x\n@@ -0,0 +1,1 @@\n+a\n');
  expect(unifiedDiff('a\n', undefined, 'x')).toBe('--- a/x\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n');
  expect(unifiedDiff('a\n', 'a\n', 'x')).toBe('');
});

const text = fc
  .array(fc.constantFrom('a', 'b', 'c', 'd', ''), { maxLength: 25 })
  .chain((lines) => fc.boolean().map((end) => lines.join('\n') + (end && lines.length > 0 ? '\n' : '')));

test('git apply makes the one text into the other', () => {
  const dir = mkdtempSync(join(tmpdir(), 'diff-'));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const patch = unifiedDiff(before, after, 'f');
      expect(patch === '').toBe(before === after);
      if (patch === '' || before === '' || after === '') return;
      writeFileSync(join(dir, 'f'), before);
      execFileSync('git', ['apply', '--whitespace=nowarn', '-'], {
        cwd: dir,
        input: patch,
        env: { PATH: process.env.PATH, GIT_CEILING_DIRECTORIES: tmpdir() },
      });
      expect(readFileSync(join(dir, 'f'), 'utf8')).toBe(after);
    }),
    { numRuns: 60 },
  );
  rmSync(dir, { recursive: true });
});
