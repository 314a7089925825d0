import { describe, expect, test } from 'vitest';
import { filesOf, lineOf, problems } from '../snapshot.fixture.ts';
import { allCases } from './diagnostics.fixture.ts';
import { diagnosticCodes, limits, parseSnapshot } from './index.ts';

describe('every mistake is answered at its place', () => {
  test.each(allCases)('$name', async ({ files, lines, says = [] }) => {
    const found = await problems(files);
    expect(found.map(lineOf)).toEqual(lines);
    const words = found.map(({ message, hint }) => `${message} ${hint ?? ''}`).join('\n');
    for (const part of says) expect(words).toContain(part);
  });
});

test('every code has a case, and only compile says Placement', () => {
  const used = new Set(allCases.flatMap((each) => each.lines.map((line) => line.split(' ')[1])));
  const elsewhere = ['Placement', 'Encoding', 'TooLarge', 'FleetMissing', 'EnvSyntax'];
  expect(Object.keys(diagnosticCodes).filter((code) => !used.has(code) && !elsewhere.includes(code))).toEqual([]);
});

test('all problems of all files come in one report, in order', async () => {
  const found = await problems({
    'fleet.toml': 'name = "home"\nzon = "x"\n',
    b: 'name = "b"\nimage = "nginx"\nmemory = "much"\nports = ["80"]\n[[routes]]\nmode = "l9"\n',
    a: 'name = "a"\nimage = [1',
  });
  expect(found.map(lineOf)).toEqual([
    'fleet.toml:2:1 UnknownKey zon',
    'services/a.toml:2:11 Syntax ',
    'services/b.toml:2:9 ShortImage image',
    'services/b.toml:3:10 WrongValue memory',
    'services/b.toml:4:10 PortSyntax ports[0]',
    'services/b.toml:6:8 WrongValue routes.mode',
  ]);
});

describe('limits', () => {
  const big = new Uint8Array(limits.fileBytes + 1).fill(32);
  const codes = async (files: ReadonlyMap<string, Uint8Array>) => (await parseSnapshot(files)).diagnostics.map(lineOf);

  test('no fleet.toml', async () => {
    expect(await codes(new Map())).toEqual(['fleet.toml:0:0 FleetMissing ']);
  });
  test('a file too large', async () => {
    expect(await codes(filesOf({}).set('services/a.toml', big))).toEqual(['services/a.toml:0:0 TooLarge ']);
  });
  test('the largest file that may be', async () => {
    const text = new TextEncoder().encode(
      'name = "a"\nimage = "docker.io/example/a:1"\n'.padEnd(limits.fileBytes, '\n'),
    );
    expect(await codes(filesOf({}).set('services/a.toml', text))).toEqual([]);
  });
  test('too many files, too many bytes', async () => {
    const many = filesOf({});
    for (let i = 0; i < limits.files; i++) many.set(`services/s${i}.toml`, new Uint8Array());
    expect(await codes(many)).toEqual(['fleet.toml:0:0 TooLarge ']);
    const heavy = filesOf({});
    for (let i = 0; i < 65; i++) heavy.set(`services/s${i}.toml`, big.subarray(1));
    expect(await codes(heavy)).toEqual(['fleet.toml:0:0 TooLarge ']);
  });
  test('not UTF-8', async () => {
    expect(await codes(filesOf({}).set('services/a.toml', new Uint8Array([110, 0xff, 0xfe])))).toEqual([
      'services/a.toml:0:0 Encoding ',
    ]);
  });
  test('nesting, inline and by headers', async () => {
    const inline = `name = "a"\nx = ${'['.repeat(40)}${']'.repeat(40)}`;
    const headers = `name = "b"\n[${Array(40).fill('x').join('.')}]`;
    expect(await codes(filesOf({ a: inline, b: headers }))).toEqual([
      'services/a.toml:2:21 Syntax ',
      'services/b.toml:0:0 TooLarge ',
    ]);
  });
  test('a mounted file too large, and all of them together', async () => {
    const service = (name: string) =>
      `name = "${name}"\nimage = "docker.io/example/a:1"\nfiles = [{ source = "f", target = "/f" }]\n`;
    const one = filesOf({ a: service('a') }).set('services/a/f', new Uint8Array(limits.mountedBytes + 1));
    expect(await codes(one)).toEqual(['services/a.toml:3:21 TooLarge files."/f".source']);
    const names = Array.from({ length: 17 }, (_, i) => `s${String(i).padStart(2, '0')}`);
    const all = filesOf(Object.fromEntries(names.map((name) => [name, service(name)])));
    for (const name of names) all.set(`services/${name}/f`, new Uint8Array(limits.mountedBytes));
    expect(await codes(all)).toEqual(['services/s16.toml:3:21 TooLarge files."/f".source']);
  });
  test('a flood of mistakes is cut, and stays fast', async () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `k${i} = 1`).join('\n');
    const found = await codes(filesOf({ a: text }));
    expect(found.length).toBe(100);
  });
});

test('a byte order mark and CRLF change nothing', async () => {
  const text = 'name = "web"\nimage = "docker.io/example/web:1.0"\nnod = "x"\n';
  const plain = await problems({ web: text });
  const marked = await problems({ web: `\uFEFF${text.replaceAll('\n', '\r\n')}` });
  expect(marked).toEqual(plain);
  expect(plain).toHaveLength(1);
});
