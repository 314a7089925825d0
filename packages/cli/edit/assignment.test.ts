import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAssignment } from './assignment.ts';

describe('what is set to what', () => {
  test.each<[string, readonly string[], readonly unknown[]]>([
    ['image=example.net/web:1.2', ['image'], ['example.net/web:1.2']],
    ['web.image=example.net/web:1.2@sha256:ab', ['web', 'image'], ['example.net/web:1.2@sha256:ab']],
    ['env.LEVEL=debug', ['env', 'LEVEL'], ['debug']],
    ['env.COUNT=1', ['env', 'COUNT'], ['1']],
    ['env.URL=http://x/?a=b', ['env', 'URL'], ['http://x/?a=b']],
    ['labels."example.net/x.y"=1', ['labels', 'example.net/x.y'], ['1']],
    ['cpus=1.5', ['cpus'], [1.5, '1.5']],
    ['user=1.10', ['user'], ['1.10']],
    ['user="0"', ['user'], ['0']],
    ['env.X= ""', ['env', 'X'], [' ""']],
    ['read_only=true', ['read_only'], [true, 'true']],
    ['cmd=["a","b c"]', ['cmd'], [['a', 'b c'], '["a","b c"]']],
    ['cmd=[1]', ['cmd'], ['[1]']],
    ['memory=', ['memory'], ['']],
    ['routes..port=8443', ['routes', '', 'port'], [8443, '8443']],
    ['routes.rest.port=8443', ['routes', 'rest', 'port'], [8443, '8443']],
  ])('%s', (word, path, values) => {
    expect(parseAssignment(word)).toMatchObject({ path, values });
  });

  test.each(['image', '', '=x', '"a'])('%j is none', (word) => {
    expect(() => parseAssignment(word)).toThrow(expect.objectContaining({ code: 'SET_SYNTAX' }));
  });

  test('any value comes back as it was given', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { values } = parseAssignment(`env.X=${text}`);
        expect(values).toEqual([/^"/.test(text) && isJson(text) ? JSON.parse(text) : text]);
      }),
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
