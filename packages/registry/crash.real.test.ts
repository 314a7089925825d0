import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connect } from './native.ts';
import { openRegistry } from './open.ts';
import { childProgram } from './spawn.fixture.ts';
import { containerId, openIntents } from './tables/index.ts';
import { temporaryDir } from './temporary.fixture.ts';

const child = childProgram();

/** RECONCILE_KILLS=1000 for the long form. */
const kills = Number(process.env.RECONCILE_KILLS ?? 50);

test(`${kills} times kill -9 under load: every acknowledged row is there, the file is whole`, {
  timeout: kills * 5000,
}, async () => {
  const dir = temporaryDir();
  const path = join(dir, 'registry.db');
  const acknowledged = new Set<number>();
  let next = 0;
  for (let round = 0; round < kills; round++) {
    const writer = child('write', dir, String(next));
    expect(await writer.line()).toBe('ready');
    // A different number of acknowledgements each time, so that the kill falls everywhere.
    for (let i = 0; i < round % 7; i++) acknowledged.add(Number(await writer.line()));
    for (const line of await writer.kill('SIGKILL')) acknowledged.add(Number(line));
    next = (round + 1) * 1_000_000;
  }

  const db = connect(path);
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  db.close();
  const registry = openRegistry(path, { mode: 'write' });
  expect(registry.notices).toEqual([]);
  const lost = registry.read((rows) =>
    [...acknowledged].filter(
      (n) => containerId(rows, `s${n}-web-${`${n}`.padStart(64, 'b').slice(0, 8)}`) !== `id-${n}`,
    ),
  );
  expect(lost).toEqual([]);
  expect(acknowledged.size).toBeGreaterThan(kills);
  // Only the last round's intents can be open: each pass forgets those of the ones before.
  expect(registry.read(openIntents).length).toBeLessThanOrEqual(3);
  await registry.close();
});
