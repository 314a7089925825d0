import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fillIn, placeholders, secretsIn } from './template.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (content: Uint8Array) => new TextDecoder().decode(content);

test.each([
  ['nothing', 'a { {{ {{x}} }', []],
  ['one', 'pass={{secret:db-pass}}', ['db-pass']],
  ['the same twice, and another', '{{secret:b}}{{secret:a.1}}{{secret:b}}', ['a.1', 'b']],
  ['braces before it', '{{{secret:a}}}', ['a']],
  ['none at the end', '{{secret:', []],
  ['no name', '{{secret:}} {{secret: a}} {{secret:a}} {{secret:a b}}', ['a']],
])('names in a file: %s', (_what, content, names) => {
  expect(secretsIn(bytes(content))).toEqual(names);
});

test('what looks like one and is none is told, at its place', () => {
  expect(placeholders(bytes('é{{secret: x}}'))).toEqual([{ from: 2, to: 11, name: undefined }]);
});

test('filled in byte for byte, without the line ends that close a value', () => {
  const values: Record<string, string> = { a: 'one\n\n', b: 'two\nlines', c: '' };
  const filled = fillIn(bytes('[{{secret:a}}|{{secret:b}}|{{secret:c}}]\n'), (name) => bytes(values[name] ?? '?'));
  expect(text(filled)).toBe('[one|two\nlines|]\n');
});

test('a value is never looked into: it may look like a place itself', () => {
  expect(text(fillIn(bytes('{{secret:a}}'), () => bytes('{{secret:a}}')))).toBe('{{secret:a}}');
});

test('bytes that are no text stay as they are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.uint8Array({ maxLength: 40 }), (before, after) => {
      fc.pre(secretsIn(before).length + secretsIn(after).length === 0);
      const filled = fillIn(Uint8Array.from([...before, ...bytes('{{secret:a}}'), ...after]), () => bytes('V'));
      expect([...filled]).toEqual([...before, 0x56, ...after]);
    }),
  );
});
