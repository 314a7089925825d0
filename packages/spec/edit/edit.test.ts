import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { parse } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { filesOf, parsed } from '../snapshot.fixture.ts';
import { type EditResult, type EditValue, setActive, setComponentField, setField, setImage } from './index.ts';

const text = `# notes of ours
name = "web" # the name

[[components]]
  name = "api"   # first
  image = "docker.io/example/web:1" # pinned
  env = [
    "A=1", # a
    "B=2" # b
  ]
  health = { type = "http" }

[[components.routes]]
name = "rest"

[[components]]
name = "db"
image = 'docker.io/example/db:1'
env = ["A=1"]
`;

function edited(result: EditResult): string {
  if (!result.ok) throw new Error(result.reason);
  return result.text;
}

/** Lines that differ, `-` and `+`. */
function diff(before: string, after: string): string[] {
  const old = before.split('\n');
  const now = after.split('\n');
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `-${line}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+${line}`),
  ];
}

describe('edits', () => {
  test.each<[string, readonly string[], EditValue, readonly string[]]>([
    [
      'a value',
      ['components', 'api', 'image'],
      'docker.io/example/web:2',
      ['-  image = "docker.io/example/web:1" # pinned', '+  image = "docker.io/example/web:2" # pinned'],
    ],
    ['a new key, indented like its neighbours', ['components', 'api', 'memory'], '1g', ['+  memory = "1g"']],
    ['a new key of the last table', ['components', 'db', 'replicas'], 2, ['+replicas = 2']],
    ['a new key at the top', ['active'], false, ['+active = false']],
    [
      'in an inline table',
      ['components', 'api', 'health', 'path'],
      '/x',
      ['-  health = { type = "http" }', '+  health = { type = "http", path = "/x" }'],
    ],
    ['in a table that is not there', ['components', 'db', 'update', 'drain'], '1s', ['+update.drain = "1s"']],
    ['in a route', ['components', 'api', 'routes', 'rest', 'container_port'], 80, ['+container_port = 80']],
    ['a variable of a list', ['components', 'api', 'env', 'A'], '7', ['-    "A=1", # a', '+    "A=7", # a']],
    [
      'a new variable, behind the comment of the last',
      ['components', 'api', 'env', 'C'],
      '3',
      ['-    "B=2" # b', '+    "B=2", # b', '+    "C=3"'],
    ],
    ['a new variable on one line', ['components', 'db', 'env', 'C'], '3', ['-env = ["A=1"]', '+env = ["A=1", "C=3"]']],
    ['a list', ['components', 'db', 'cmd'], ['a', 'b"c'], ['+cmd = ["a", "b\\"c"]']],
  ])('%s', (_name, path, ...[value, lines]) => {
    expect(diff(text, edited(setField(text, path, value)))).toEqual(lines);
  });

  test('nothing to change: the same text', () => {
    expect(setField(text, ['components', 'api', 'image'], 'docker.io/example/web:1')).toEqual({ ok: true, text });
    expect(setActive(text, true)).toEqual({ ok: true, text });
  });

  test('start and stop', () => {
    const stopped = edited(setActive(text, false));
    expect(diff(text, stopped)).toEqual(['+active = false']);
    expect(diff(stopped, edited(setActive(stopped, true)))).toEqual(['-active = false', '+active = true']);
  });

  test('images by component', () => {
    expect(diff(text, edited(setImage(text, 'db', 'docker.io/example/db:2')))).toEqual([
      "-image = 'docker.io/example/db:1'",
      '+image = "docker.io/example/db:2"',
    ]);
    expect(setImage(text, undefined, 'x')).toEqual({ ok: false, reason: 'name the component: api, db' });
    expect(setImage(text, 'zz', 'x')).toEqual({ ok: false, reason: 'there is no component "zz"; there is api, db' });
  });

  test('all three forms', () => {
    const body = 'image = "docker.io/example/web:1"\n';
    for (const form of [
      `name = "web"\n${body}`,
      `name = "web"\n[[components]]\n${body}`,
      `name = "web"\n[components.web]\n${body}`,
    ]) {
      expect(edited(setImage(form, undefined, 'docker.io/example/web:2'))).toBe(form.replace('web:1', 'web:2'));
      expect(edited(setComponentField(form, 'web', { path: ['memory'], value: '1g' }))).toBe(`${form}memory = "1g"\n`);
    }
  });

  test('a byte order mark, CRLF and a missing last line end stay', () => {
    const windows = '\uFEFFname = "web"\r\nimage = "docker.io/example/web:1"';
    expect(edited(setImage(windows, undefined, 'docker.io/example/web:2'))).toBe(windows.replace('web:1', 'web:2'));
    expect(edited(setActive(windows, false))).toBe(`${windows}\r\nactive = false\r\n`);
  });

  test.each<[string, string, readonly string[]]>([
    ['text that is not TOML', 'name = [1 #', ['active']],
    ['a table as a value', text, ['components', 'api', 'health']],
    ['below a value', text, ['components', 'api', 'image', 'tag']],
    ['a component that is not there', text, ['components', 'zz', 'image']],
    ['nothing', text, []],
  ])('refuses %s', (_name, body, path) => {
    const result = setField(body, path, 'x');
    expect(result.ok).toBe(false);
    if (!result.ok) expect(result.reason).not.toBe('');
  });
});

describe('whatever is edited, nothing else changes', () => {
  const sources = ['notes/services/notes.toml', 'platform/services/metacrypt.toml', 'hello/services/hello.toml'].map(
    (path) => readFileSync(new URL(`../../../examples/${path}`, import.meta.url), 'utf8'),
  );
  const path = fc.array(
    fc.constantFrom(
      'components',
      'db',
      'web',
      'api',
      'hello',
      'image',
      'memory',
      'env',
      'health',
      'path',
      'LOG',
      'routes',
      'rest',
      'port',
      'active',
      'update',
      'jobs',
      'migrate',
      'cmd',
      'a b',
      'ü',
    ),
    { minLength: 1, maxLength: 4 },
  );
  const value = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.integer(),
    fc.boolean(),
    fc.array(fc.string({ unit: 'grapheme', maxLength: 5 }), { maxLength: 3 }),
  );

  test('the text read again differs by that value alone; comments stay', () => {
    let done = 0;
    fc.assert(
      fc.property(fc.constantFrom(...sources), path, value, (source, names, wanted) => {
        const result = setField(source, names, wanted);
        if (!result.ok) return;
        done++;
        const comments = (body: string) => body.match(/#.*$/gm)?.length ?? 0;
        expect(comments(result.text)).toBeGreaterThanOrEqual(comments(source));
        expect(changes(parse(source), parse(result.text))).toBeLessThanOrEqual(1);
        expect(setField(result.text, names, wanted)).toEqual({ ok: true, text: result.text });
      }),
      { numRuns: 2000 },
    );
    expect(done).toBeGreaterThan(200);
  });

  test('an edited definition parses to the intended change', async () => {
    const { definitions } = await parsed(filesOf({ web: 'name = "web"\nimage = "docker.io/example/web:1"\n' }));
    const after = edited(
      setComponentField('name = "web"\nimage = "docker.io/example/web:1"\n', undefined, {
        path: ['memory'],
        value: '1g',
      }),
    );
    const again = await parsed(filesOf({ web: after }));
    const [before] = definitions;
    expect(again.definitions).toEqual([{ ...before, components: [{ ...before?.components[0], memory: 1024 ** 3 }] }]);
  });
});

/** How many leaves two values differ by; a value that came or went whole counts once. */
function changes(a: unknown, b: unknown): number {
  if (
    Array.isArray(a) &&
    Array.isArray(b) &&
    (a.some((each) => typeof each === 'object') || b.some((each) => typeof each === 'object'))
  ) {
    return a.length === b.length ? a.reduce<number>((sum, each, i) => sum + changes(each, b[i]), 0) : 2;
  }
  if (isTable(a) && isTable(b)) {
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].reduce((sum, key) => sum + changes(a[key], b[key]), 0);
  }
  return JSON.stringify(a) === JSON.stringify(b) ? 0 : 1;
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
