import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { filesOf, lineOf, readFolder } from '../snapshot.fixture.ts';
import { parseSnapshot } from './index.ts';

const examples = new URL('../../../examples', import.meta.url).pathname;
const ownKeys = Reflect.ownKeys(Object.prototype).length;

afterEach(() => {
  expect(Reflect.ownKeys(Object.prototype)).toHaveLength(ownKeys);
  expect(Reflect.ownKeys(Array.prototype).includes('polluted')).toBe(false);
});

/** Any bytes have an answer, and it is well formed. */
async function answered(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const { definitions, diagnostics } = await parseSnapshot(files);
  for (const diagnostic of diagnostics) {
    expect(diagnostic.message).not.toBe('');
    expect(diagnostic.line).toBeGreaterThanOrEqual(0);
  }
  const broken = new Set(diagnostics.filter((each) => each.severity === 'error').map((each) => each.file));
  for (const definition of definitions) expect(broken.has(definition.file)).toBe(false);
}

describe('any bytes', () => {
  test('noise', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) =>
        answered(
          new Map([
            ['fleet.toml', bytes],
            ['services/a.toml', bytes],
          ]),
        ),
      ),
      { numRuns: 300 },
    );
  });

  /** Words of the format in any order come much further into the parser than noise. */
  const word = fc.constantFrom(
    'name = "web"',
    'image = "docker.io/a/b:1"',
    'image = "nginx"',
    '[[components]]',
    '[components.web]',
    '[[components.routes]]',
    '[components.health]',
    'port = 443',
    'port = "x"',
    'type = "http"',
    'env = ["A"]',
    'env = { A = 1 }',
    'volumes = ["/a:/b"]',
    '[[volumes]]',
    'name = 5',
    '[[jobs]]',
    'image = "same:web"',
    'after = ["web"]',
    'depends_on = ["web"]',
    'ports = ["1-3:1-3"]',
    'files = [{ source = "x", target = "/y" }]',
    'secrets = [5, "a", {}]',
    '__proto__ = 1',
    '[__proto__.polluted]',
    '"" = 1',
    'constructor.prototype.polluted = 1',
    '[[networks]]',
    'on_change = {}',
    'backend_tls = {}',
    'routes = [[]]',
    'components = [1, [], {}]',
    '[build.images]',
    'health = [{}]',
    '\u2028',
    'x = 1e400',
    'x = nan',
    'memory = 1.5',
    'x = 2026-01-01',
  );
  const text = fc.array(word, { maxLength: 14 }).map((lines) => lines.join('\n'));
  test('words of the format', async () => {
    await fc.assert(
      fc.asyncProperty(text, text, async (one, two) => answered(filesOf({ 'fleet.toml': two, a: one, b: two }))),
      { numRuns: 1500 },
    );
  });

  const fleetWord = fc.constantFrom(
    'name = "home"',
    'zone = "example.net"',
    '[[zones]]',
    'zone = 1',
    '[nodes.a]',
    'role = "core"',
    'listen = { 443 = 1 }',
    'listen = { x = 1 }',
    '[[boot.sequence]]',
    'stage = "a"',
    'services = ["web"]',
    '[boot]',
    'sequence = 1',
    '[defaults.health]',
    'interval = "1s"',
    'nodes = 1',
    '[nodes.constructor]',
  );
  test('words of fleet.toml', async () => {
    const fleet = fc.array(fleetWord, { maxLength: 12 }).map((lines) => lines.join('\n'));
    await fc.assert(
      fc.asyncProperty(fleet, async (one) =>
        answered(filesOf({ 'fleet.toml': one, web: 'name = "web"\nimage = "docker.io/a/b:1"\n' })),
      ),
      { numRuns: 600 },
    );
  });
});

test.each([
  'hello/services/hello.toml',
  'hello/fleet.toml',
  'notes/services/notes.toml',
  'notes/fleet.toml',
  'platform/services/metacrypt.toml',
  'platform/services/sgard.toml',
])(
  'every beginning of %s fails or parses',
  async (path) => {
    const bytes = readFolder(examples).get(path) ?? new Uint8Array();
    expect(bytes.length).toBeGreaterThan(50);
    const name = path.endsWith('fleet.toml') ? 'fleet.toml' : 'services/a.toml';
    for (let length = 0; length < bytes.length; length++)
      await answered(filesOf({}).set(name, bytes.subarray(0, length)));
  },
  60_000,
);

test('the order of files does not show', async () => {
  const entries = [...readFolder(`${examples}/platform`)];
  const expected = await parseSnapshot(new Map(entries));
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(entries, { minLength: entries.length }), async (shuffled) => {
      expect(await parseSnapshot(new Map(shuffled))).toEqual(expected);
    }),
    { numRuns: 10 },
  );
});

test('the inputs that hang or poison other parsers', async () => {
  const files = filesOf({
    a: 'a=[1 #',
    b: '[__proto__]\npolluted = true',
    c: 'constructor.prototype.polluted = 1',
    d: 'name = "constructor"\nimage = "docker.io/a/b:1"',
  });
  expect((await parseSnapshot(files)).diagnostics.map(lineOf)).toEqual([
    'services/a.toml:1:7 Syntax ',
    'services/b.toml:1:2 Syntax ',
    'services/c.toml:1:1 Syntax ',
    'services/d.toml:1:8 WrongValue name',
  ]);
});
