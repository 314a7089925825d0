import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { migrate, schemaOf } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { connect } from './native.ts';
import { openRegistry } from './open.ts';
import { openForReading } from './reading.ts';
import { containerId, listLeases, readMeta, writeMeta } from './tables/index.ts';
import { temporaryDir } from './temporary.fixture.ts';
import { fill } from './world.fixture.ts';

const setting = (registry: ReturnType<typeof openRegistry>, name: string) =>
  registry.read((rows) => Object.values(rows.one<Record<string, unknown>>(`PRAGMA ${name}`) ?? {})[0]);

test.each([['the first'], ['a second'], ['a third']])(
  '%s open has synchronous = FULL, a log and foreign keys',
  async (which) => {
    const path = join(temporaryDir(), 'registry.db');
    if (which !== 'the first') await openRegistry(path, { mode: 'write' }).close();
    if (which === 'a third') await openRegistry(path, { mode: 'write' }).close();
    const registry = openRegistry(path, { mode: 'write' });
    expect(setting(registry, 'synchronous')).toBe(2);
    expect(setting(registry, 'journal_mode')).toBe('wal');
    expect(setting(registry, 'foreign_keys')).toBe(1);
    expect(setting(registry, 'busy_timeout')).toBeLessThanOrEqual(25);
    await registry.close();
  },
);

test('without it a reopened registry would not be safe from power loss', async () => {
  const path = join(temporaryDir(), 'registry.db');
  await openRegistry(path, { mode: 'write' }).close();
  const db = connect(path);
  db.prepare('SELECT * FROM meta').all();
  expect(db.pragma('synchronous', { simple: true })).toBe(1);
  db.close();
});

test('the directory is 0700 and the files 0600, whatever the umask says', async () => {
  const dir = join(temporaryDir(), 'state', 'here');
  const registry = openRegistry(join(dir, 'registry.db'), { mode: 'write' });
  await fill(registry, 1);
  expect(statSync(dir).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(dir)) expect([name, statSync(join(dir, name)).mode & 0o777]).toEqual([name, 0o600]);
  await registry.close();
});

describe('reading', () => {
  test('an absent registry is an empty one, and stays absent', async () => {
    const dir = join(temporaryDir(), 'never');
    const registry = openRegistry(join(dir, 'registry.db'), { mode: 'read' });
    expect(registry.read(listLeases)).toEqual({});
    await registry.close();
    expect(existsSync(dir)).toBe(false);
  });

  test('a closed registry is read without leaving a file or touching one', async () => {
    const dir = temporaryDir();
    const path = join(dir, 'registry.db');
    const writer = openRegistry(path, { mode: 'write' });
    await fill(writer, 3);
    await writer.close();
    const before = [readdirSync(dir), readFileSync(path, 'latin1'), statSync(path).mtimeMs];
    const reader = openRegistry(path, { mode: 'read' });
    expect(Object.keys(reader.read(listLeases))).toHaveLength(3);
    await reader.close();
    expect([readdirSync(dir), readFileSync(path, 'latin1'), statSync(path).mtimeMs]).toEqual(before);
  });

  test('beside a writer it sees what is committed, and the writer goes on', async () => {
    const path = join(temporaryDir(), 'registry.db');
    const writer = openRegistry(path, { mode: 'write' });
    await fill(writer, 2);
    const reader = openRegistry(path, { mode: 'read' });
    expect(Object.keys(reader.read(listLeases))).toHaveLength(2);
    await fill(writer, 4);
    expect(Object.keys(reader.read(listLeases))).toHaveLength(4);
    await reader.close();
    await writer.close();
  });

  test('it cannot write', async () => {
    const path = join(temporaryDir(), 'registry.db');
    await openRegistry(path, { mode: 'write' }).close();
    const reader = openRegistry(path, { mode: 'read' });
    await expect(reader.write((rows) => writeMeta(rows, 'a', 'b'))).rejects.toMatchObject({
      code: 'REGISTRY_READ_ONLY',
    });
    expect(() => reader.read((rows) => writeMeta(rows, 'a', 'b'))).toThrow();
    expect(reader.read((rows) => readMeta(rows, 'a'))).toBeUndefined();
    await reader.close();
  });

  test.each([['closed'], ['in use']])('an older one that is %s is brought up to date in memory only', (state) => {
    const path = join(temporaryDir(), 'registry.db');
    const old = connect(path);
    old.pragma('journal_mode = WAL');
    migrate(old);
    if (state === 'closed') old.close();
    const newer = [...migrations, 'CREATE TABLE novelty (a INTEGER) STRICT'];
    const db = openForReading(path, undefined, newer);
    expect(db.prepare('SELECT count(*) AS n FROM novelty').get()).toEqual({ n: 0 });
    db.close();
    const after = connect(path, { readonly: true });
    expect(schemaOf(after)).toBe(migrations.length);
    after.close();
    if (state !== 'closed') old.close();
  });
});

describe('migrations', () => {
  test('run in order, once each, from wherever a file stands', () => {
    const path = join(temporaryDir(), 'registry.db');
    const steps = [
      migrations[0] ?? '',
      "INSERT INTO meta VALUES ('two', 'x')",
      "UPDATE meta SET value = value || 'y' WHERE key = 'two'",
    ];
    for (const upTo of [1, 3, 3]) {
      const db = connect(path);
      migrate(db, steps.slice(0, upTo));
      expect(schemaOf(db, steps)).toBe(upTo);
      db.close();
    }
    const db = connect(path);
    expect(db.prepare("SELECT value FROM meta WHERE key = 'two'").pluck().get()).toBe('xy');
    db.close();
  });

  test('one that fails leaves the file as it was', () => {
    const db = connect(':memory:');
    migrate(db);
    expect(() => migrate(db, [...migrations, 'CREATE TABLE half (a) STRICT; nonsense'])).toThrow();
    expect(schemaOf(db)).toBe(migrations.length);
    expect(db.inTransaction).toBe(false);
    db.close();
  });

  test.each(['read', 'write'] as const)(
    'a registry of a newer version is refused for %sing, and left alone',
    (mode) => {
      const path = join(temporaryDir(), 'registry.db');
      const db = connect(path);
      migrate(db, [...migrations, 'SELECT 1']);
      db.close();
      const before = readFileSync(path, 'latin1');
      expect(() => openRegistry(path, { mode })).toThrow(
        expect.objectContaining({ code: 'REGISTRY_NEWER', retry: 'on-change' }),
      );
      if (mode === 'read') expect(readFileSync(path, 'latin1') === before).toBe(true);
      expect(existsSync(`${path}.damaged-1`)).toBe(false);
    },
  );
});

test.each([
  ['a file', (dir: string) => join(dir, 'file')],
  ['somewhere nobody may write, not even root', () => '/sys/kernel'],
])('a state directory that is %s is named in the error', (_where, stateDir) => {
  const dir = temporaryDir();
  writeFileSync(join(dir, 'file'), '');
  const state = stateDir(dir);
  expect(() => openRegistry(join(state, 'registry.db'), { mode: 'write' })).toThrow(
    expect.objectContaining({
      code: 'REGISTRY_DENIED',
      wanted: expect.stringContaining(state),
      hint: expect.any(String),
    }),
  );
});

describe('writing', () => {
  test('work of one turn shares a transaction, and what fails takes nobody with it', async () => {
    const path = join(temporaryDir(), 'registry.db');
    const registry = openRegistry(path, { mode: 'write' });
    const results = await Promise.allSettled([
      registry.write((rows) => writeMeta(rows, 'a', '1')),
      registry.write((rows) => {
        writeMeta(rows, 'b', '1');
        throw new Error('not this one');
      }),
      registry.write((rows) => readMeta(rows, 'a')),
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[2]).toMatchObject({ value: '1' });
    expect(registry.read((rows) => readMeta(rows, 'b'))).toBeUndefined();
    await registry.close();
  });

  test('a transaction that changes nothing leaves the file alone', async () => {
    const path = join(temporaryDir(), 'registry.db');
    const registry = openRegistry(path, { mode: 'write', epoch: 5 });
    await registry.write((rows) => writeMeta(rows, 'a', '1'));
    const size = () => statSync(`${path}-wal`).size;
    const before = size();
    await registry.write((rows) => readMeta(rows, 'a'));
    expect(size()).toBe(before);
    await registry.write((rows) => writeMeta(rows, 'a', '2'));
    expect(size()).toBeGreaterThan(before);
    await registry.close();
  });

  test('an earlier holder is refused as soon as a later one has written', async () => {
    const path = join(temporaryDir(), 'registry.db');
    const first = openRegistry(path, { mode: 'write', epoch: 1 });
    await first.write((rows) => writeMeta(rows, 'a', '1'));
    const second = openRegistry(path, { mode: 'write', epoch: 2 });
    await first.write((rows) => writeMeta(rows, 'a', '2'));
    await second.write((rows) => writeMeta(rows, 'a', '3'));
    await expect(first.write((rows) => writeMeta(rows, 'a', '4'))).rejects.toMatchObject({
      code: 'REGISTRY_SUPERSEDED',
      retry: 'never',
    });
    expect(second.read((rows) => readMeta(rows, 'a'))).toBe('3');
    await first.close();
    await second.close();
  });

  test('close waits for what was asked before it; afterwards nothing works', async () => {
    const path = join(temporaryDir(), 'registry.db');
    const registry = openRegistry(path, { mode: 'write' });
    const write = fill(registry, 1);
    await registry.close();
    await write;
    expect(() => registry.read((rows) => containerId(rows, 'x'))).toThrow(
      expect.objectContaining({ code: 'REGISTRY_CLOSED' }),
    );
    await expect(registry.write(() => 1)).rejects.toMatchObject({ code: 'REGISTRY_CLOSED' });
    expect(existsSync(`${path}-wal`)).toBe(false);
  });
});
