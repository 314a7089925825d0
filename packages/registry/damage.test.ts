import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadHistory, loadLedger } from './load/index.ts';
import { migrations } from './migrations/index.ts';
import { connect } from './native.ts';
import { openRegistry } from './open.ts';
import {
  addRequest,
  listEvents,
  listHistory,
  listSnapshots,
  openIntents,
  openRequests,
  readMeta,
} from './tables/index.ts';
import { temporaryDir } from './temporary.fixture.ts';
import { fill, somebody } from './world.fixture.ts';

/** RECONCILE_DAMAGED=2000 for the long form, RECONCILE_SEED to have the same damage again. */
const damaged = Number(process.env.RECONCILE_DAMAGED ?? 100);
const seed = process.env.RECONCILE_SEED === undefined ? {} : { seed: Number(process.env.RECONCILE_SEED) };

/** Every way a file may come back from a broken disk or a careless hand. */
type Mutation =
  | { how: 'flip'; file: number; at: number; bits: number }
  | { how: 'cut'; file: number; at: number }
  | { how: 'blot'; file: number; at: number; length: number; byte: number }
  | { how: 'drop'; file: number }
  | { how: 'swap' };

const at = fc.double({ min: 0, max: 1, noNaN: true });
const file = fc.nat(2);
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ how: fc.constant('flip' as const), file, at, bits: fc.integer({ min: 1, max: 255 }) }),
  fc.record({
    how: fc.constant('flip' as const),
    file,
    at: at.map((x) => x / 20_000),
    bits: fc.integer({ min: 1, max: 255 }),
  }),
  fc.record({ how: fc.constant('cut' as const), file, at }),
  fc.record({
    how: fc.constant('blot' as const),
    file,
    at,
    length: fc.integer({ min: 1, max: 9000 }),
    byte: fc.nat(255),
  }),
  fc.record({ how: fc.constant('drop' as const), file: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ how: fc.constant('swap' as const) }),
);
const names = ['registry.db', 'registry.db-wal', 'registry.db-shm'];

function mutate(dir: string, change: Mutation, other: string): void {
  const path = join(dir, change.how === 'swap' ? 'registry.db' : (names[change.file] ?? ''));
  if (change.how === 'swap') copyFileSync(other, path);
  else if (change.how === 'drop') rmSync(path, { force: true });
  else if (existsSync(path)) writeFileSync(path, mutated(readFileSync(path), change));
}

function mutated(bytes: Buffer, change: Exclude<Mutation, { how: 'drop' | 'swap' }>): Buffer {
  const offset = Math.floor(change.at * Math.max(0, bytes.length - 1));
  switch (change.how) {
    case 'cut':
      return bytes.subarray(0, offset);
    case 'blot':
      return bytes.fill(change.byte, offset, Math.min(bytes.length, offset + change.length));
    case 'flip':
      bytes[offset] = (bytes[offset] ?? 0) ^ change.bits;
      return bytes;
  }
}

/** A closed registry, and the same one some writes later as a killed writer leaves it: with its log. */
async function originals(dir: string): Promise<{ closed: string; killed: string }> {
  const [work, closed, killed] = [join(dir, 'work'), join(dir, 'closed'), join(dir, 'killed')];
  const path = join(work, 'registry.db');
  for (const to of [killed, closed]) mkdirSync(to);
  const first = openRegistry(path, { mode: 'write' });
  await fill(first, 20);
  await first.close();
  copyFileSync(path, join(closed, 'registry.db'));
  const second = openRegistry(path, { mode: 'write' });
  await fill(second, 22);
  for (const name of names) copyFileSync(join(work, name), join(killed, name));
  await second.close();
  return { closed, killed };
}

function readAll(registry: ReturnType<typeof openRegistry>): void {
  const history = loadHistory(registry, 'boot', 2);
  for (const slot of Object.values(history.slots)) JSON.stringify(slot);
  JSON.stringify(loadLedger(registry));
  for (const list of [listEvents, listHistory, listSnapshots, openIntents]) registry.read((rows) => list(rows));
}

test(`${damaged} damaged files: it always opens, reads and writes; what was there is kept aside`, {
  timeout: 5000 + damaged * 100,
}, async () => {
  const dir = temporaryDir();
  const from = await originals(dir);
  let n = 0;
  const run = async (killed: boolean, change: Mutation) => {
    const work = join(dir, String(n++));
    mkdirSync(work);
    for (const name of readdirSync(killed ? from.killed : from.closed)) {
      copyFileSync(join(killed ? from.killed : from.closed, name), join(work, name));
    }
    mutate(work, change, join(from.closed, 'registry.db'));
    const path = join(work, 'registry.db');

    const reader = openRegistry(path, { mode: 'read' });
    readAll(reader);
    await reader.close();

    const registry = openRegistry(path, { mode: 'write' });
    readAll(registry);
    await registry
      .write((rows) => addRequest(rows, { id: 'r', verb: 'run', target: 'mcr/migrate', at: 1, by: somebody }))
      .catch((error: { code?: string }) => expect(error.code).toBe('REGISTRY_DAMAGED'));
    expect(registry.read((rows) => readMeta(rows, 'schema'))).toBe(String(migrations.length));
    for (const notice of registry.notices)
      expect(existsSync(notice.file) || existsSync(`${notice.file}-wal`)).toBe(true);
    await registry.close();

    const again = openRegistry(path, { mode: 'write' });
    expect(again.notices).toEqual([]);
    again.read(openRequests);
    await again.close();
    rmSync(work, { recursive: true });
  };
  await fc.assert(fc.asyncProperty(fc.boolean(), mutation, run), { numRuns: damaged, ...seed });
});

test('a file that is no database is moved aside whole, the first free number, and a person is told', async () => {
  const dir = temporaryDir();
  const path = join(dir, 'registry.db');
  const junk = 'not a database, but somebody may want it back';
  for (const n of [1, 2]) {
    writeFileSync(path, junk);
    const registry = openRegistry(path, { mode: 'write' });
    expect(registry.notices).toEqual([
      { code: 'MovedAside', file: `${path}.damaged-${n}`, reason: expect.stringContaining('not a database') },
    ]);
    expect(readFileSync(`${path}.damaged-${n}`, 'utf8')).toBe(junk);
    await registry.close();
  }
});

test('a reader of a damaged file sees an empty registry, is told, and changes nothing', async () => {
  const dir = temporaryDir();
  const path = join(dir, 'registry.db');
  writeFileSync(path, 'junk');
  const registry = openRegistry(path, { mode: 'read' });
  expect(registry.notices).toMatchObject([{ code: 'Unreadable', file: path }]);
  expect(loadLedger(registry).containers).toEqual({});
  await registry.close();
  expect(readdirSync(dir)).toEqual(['registry.db']);
  expect(readFileSync(path, 'utf8')).toBe('junk');
});

test('an emptied file beside a full log is damage, not a new registry', async () => {
  const dir = temporaryDir();
  const from = await originals(dir);
  const path = join(from.killed, 'registry.db');
  truncateSync(path, 0);
  const registry = openRegistry(path, { mode: 'write' });
  expect(registry.notices).toHaveLength(1);
  expect(existsSync(`${path}.damaged-1-wal`)).toBe(true);
  await registry.close();
});

/** Overwrites the first page of a table or index, in the closed file. */
function blotPageOf(path: string, name: string): void {
  const db = connect(path);
  db.pragma('wal_checkpoint(TRUNCATE)');
  const page = db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(name) as number;
  db.close();
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0xff, (page - 1) * 4096, page * 4096));
}

test('damage met in use: what is read is empty, the file is kept, a person is told', async () => {
  const path = join(temporaryDir(), 'registry.db');
  const first = openRegistry(path, { mode: 'write' });
  await fill(first, 20);
  await first.close();
  blotPageOf(path, 'slot');
  const registry = openRegistry(path, { mode: 'write' });
  expect(registry.notices).toEqual([]);
  expect(loadHistory(registry, 'boot', 2).slots).toEqual({});
  expect(registry.notices).toMatchObject([{ code: 'MovedAside', file: `${path}.damaged-1` }]);
  await fill(registry, 1);
  await registry.close();
});

test('damage met while writing: that write fails, the next one works', async () => {
  const path = join(temporaryDir(), 'registry.db');
  await openRegistry(path, { mode: 'write' }).close();
  blotPageOf(path, 'request');
  const registry = openRegistry(path, { mode: 'write' });
  const write = () =>
    registry.write((rows) => addRequest(rows, { id: 'r', verb: 'restart', target: 'mcr', at: 1, by: somebody }));
  await expect(write()).rejects.toMatchObject({ code: 'REGISTRY_DAMAGED', retry: 'backoff' });
  await write();
  expect(registry.read(openRequests)).toHaveLength(1);
  await registry.close();
});

test('after a writer that did not close, all of the file is looked at', async () => {
  const dir = temporaryDir();
  const from = await originals(dir);
  const path = join(from.killed, 'registry.db');
  const bytes = readFileSync(path);
  // A page that no load reads: the index of events.
  const closed = connect(join(from.closed, 'registry.db'), { readonly: true });
  const page = closed
    .prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'event_by_slot'")
    .pluck()
    .get() as number;
  closed.close();
  writeFileSync(path, bytes.fill(0xff, (page - 1) * 4096, page * 4096));
  const registry = openRegistry(path, { mode: 'write' });
  expect(registry.notices).toHaveLength(1);
  await registry.close();
});
