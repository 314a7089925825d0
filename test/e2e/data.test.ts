import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FleetHome } from '@reconcile/testkit/fleet';
import { noRealPodman, podman } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildDatabaseImages, databaseService, sqlite } from './data.fixture.ts';

// A database that is written to all the time: saved, spoilt, restored; lost, held, taken as it is.

const reason = noRealPodman();

interface Saved {
  readonly id: string;
  readonly archive: string;
  readonly files: number;
}

describe.skipIf(reason !== undefined)(`data ${reason ?? ''}`, () => {
  let home: FleetHome;
  let data: string;
  let db: string;
  let first: Saved;

  const count = async () => Number(await sqlite(db, 'SELECT count(*) FROM note').catch(() => '0'));
  const grows = async (from: number) =>
    vi.waitUntil(async () => (await count()) > from, { timeout: 15_000, interval: 50 });
  const sumOf = async (path: string) =>
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex');

  beforeAll(async () => {
    await buildDatabaseImages(['1', '2']);
    home = await FleetHome.make({ proxy: 'none' });
    data = join(home.dir, 'data');
    db = join(data, 'notes.db');
    await writeFile(
      home.config,
      (await readFile(home.config, 'utf8')).replace('mounts = []', `mounts = ["${home.dir}"]`),
    );
    await mkdir(data);
    await home.commit('a database', {
      'fleet.toml': 'name = "home"\nzone = "example.net"\n',
      'services/notes.toml': databaseService({ tag: '1', source: data }),
    });
    await home.apply(0);
    await grows(3);
    // The look that sees that there is something in it.
    await home.apply(0);
  });
  afterAll(() => home?.close());

  it('is saved while it is stopped, and runs again', async () => {
    const { code, stderr, stdout } = await home.run(
      'snapshot',
      'notes',
      '--stopped',
      '--out',
      'copy.tar.zst',
      '-o',
      'json',
    );
    expect(stderr).toBe('');
    expect(code).toBe(0);
    first = JSON.parse(stdout) as Saved;
    expect(first.files).toBeGreaterThan(0);
    expect(await sumOf(join(home.fleet, 'copy.tar.zst'))).toBe(await sumOf(first.archive));
    await rm(join(home.fleet, 'copy.tar.zst'));
    await rm(join(home.fleet, 'copy.tar.zst.json'));
    await grows(await count());
    expect((await home.run('snapshots', 'notes')).stdout).toContain(first.id);
  });

  it('spoilt and restored: byte for byte what was saved, whole, and it goes on', async () => {
    const list = JSON.parse(await readFile(`${first.archive}.json`, 'utf8')) as { entries: Record<string, string> };
    const name = await home.container('notes/db');
    await podman(['kill', '--signal', 'STOP', name ?? '']);
    await writeFile(db, 'spoilt');
    await podman(['kill', '--signal', 'CONT', name ?? '']);
    await home.run('stop', 'notes', '--local');
    const restored = await home.run('restore', 'notes', first.id, '-y');
    expect(restored.stderr).toBe('');
    // Still stopped, as before: what lies there is what was saved.
    const member = db.slice(1);
    expect(await sumOf(db)).toBe(list.entries[member]);
    expect(await sqlite(db, 'PRAGMA integrity_check')).toBe('ok');
    const [aside = ''] = await readdir(join(data, '.reconcile-aside'));
    expect(await readdir(join(data, '.reconcile-aside', aside))).toContain('notes.db');
    const before = await count();
    expect((await home.run('start', 'notes', '--local')).code).toBe(0);
    await grows(before);
  });

  it('a damaged archive: told, nothing is touched, it runs on', async () => {
    const spoilt = join(home.dir, 'spoilt.tar.zst');
    await cp(first.archive, spoilt);
    await cp(`${first.archive}.json`, `${spoilt}.json`);
    const bytes = await readFile(spoilt);
    await writeFile(spoilt, bytes.subarray(0, bytes.length - 100));
    const name = await home.container('notes/db');
    const { code, stderr } = await home.run('restore', 'notes', spoilt, '-y');
    expect(code).toBe(1);
    expect(stderr).toContain('SNAPSHOT_DAMAGED');
    expect(await home.container('notes/db')).toBe(name);
    expect(existsSync(join(data, '.reconcile-restore'))).toBe(false);
  });

  it('a version that spoils the data and is never ready: image and data go back together', async () => {
    await home.commit('a bad one', {
      'services/notes.toml': databaseService({ tag: '2', source: data, does: 'bad' }),
    });
    const plan = await home.plan();
    expect(plan.actions.map(({ verb }) => verb)).toContain('snapshot');
    expect((await home.run('plan')).stdout).toContain(`snapshot ${data} before, restored on rollback`);
    const before = await count();
    expect((await home.run('apply', '-y')).code).toBe(3);
    expect((await home.plan()).held).toMatchObject([{ code: 'KnownBad', slots: ['notes/db'] }]);
    expect(await sqlite(db, 'PRAGMA integrity_check')).toBe('ok');
    await grows(before);
    const asides = await readdir(join(data, '.reconcile-aside'));
    const rolledBack = asides.find((name) => name.startsWith('rolled-back-')) ?? '';
    expect(await readFile(join(data, '.reconcile-aside', rolledBack, 'notes.db'), 'utf8')).toBe('spoilt\n');
    await home.commit('back', { 'services/notes.toml': databaseService({ tag: '1', source: data }) });
    await home.apply(0);
  });

  it('its disk is not there: held with the cause, and started once it is back, or somebody takes the empty one', async () => {
    const stop = async () => expect((await home.run('stop', 'notes', '--local')).code).toBe(3);
    await stop();
    await rename(data, `${data}.disk`);
    expect((await home.run('start', 'notes', '--local')).code).toBe(3);
    expect((await home.plan()).waiting.map(({ code }) => code)).toContain('DataMissing');
    await rename(`${data}.disk`, data);
    await home.apply(0);
    await stop();
    await rename(data, `${data}.disk`);
    await mkdir(data);
    expect((await home.run('start', 'notes', '--local')).code).toBe(3);
    expect(await home.container('notes/db')).toBeUndefined();
    const [hold, ...more] = (await home.plan()).held;
    expect(hold).toMatchObject({ code: 'DataMissing', slots: ['notes/db'] });
    expect(more).toEqual([]);
    const confirm = `reconcile apply --confirm ${hold?.id}`;
    expect((await home.run('explain', 'notes')).stdout).toContain(confirm);
    expect((await home.run('status', 'notes')).stdout).toContain('is another directory, an empty one');
    expect((await home.run('doctor')).stdout).toContain(confirm);
    await home.apply(0, '--confirm', hold?.id ?? '');
    await grows(0);
    expect((await home.plan()).exit).toBe(0);
  });
});
