import { readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { registryJournal } from './journal/index.ts';
import { acquireLock } from './lock/index.ts';
import { connect } from './native.ts';
import { openRegistry } from './open.ts';
import { actionOn, createArgs, lookupsOf, resourceFor, somebody } from './world.fixture.ts';

// What a second process does in this package's tests: `node child.js WHAT DIR`. Speaks one word a line.

const [, , what = '', dir = ''] = process.argv;
const nativeBinding = process.env.NATIVE ?? '';
const say = (line: string) => writeSync(1, `${line}\n`);

async function hold() {
  const lock = await acquireLock(dir, {
    pid: process.pid,
    waitMs: 20_000,
    socket: join(dir, 'api.sock'),
    nativeBinding,
  });
  if ('heldBy' in lock) throw new Error(`held by ${lock.heldBy.pid}`);
  const registry = openRegistry(join(dir, 'registry.db'), { mode: 'write', epoch: lock.epoch, nativeBinding });
  return { lock, registry };
}

function journalOn(registry: Awaited<ReturnType<typeof hold>>['registry']) {
  const options = { bootId: 'boot', generation: 1, commit: 'c', principal: somebody, lookups: lookupsOf(undefined) };
  return registryJournal(registry, { ...options, now: () => Date.now() });
}

/** Writes until it is killed; says the number of each action once it is acknowledged. */
async function write(first: number): Promise<never> {
  const { registry } = await hold();
  const journal = journalOn(registry);
  say('ready');
  for (let n = first; ; n += 3) {
    const actions = [n, n + 1, n + 2].map((i) => {
      const resource = resourceFor(`s${i}/web`, `${i}`.padStart(64, 'b'));
      return actionOn(resource, 'create', createArgs(resource));
    });
    await journal.begin(actions);
    await Promise.all(
      actions.map(async (action, i) => {
        await journal.done(action, { id: `id-${n + i}` }, Date.now());
        say(String(n + i));
      }),
    );
  }
}

/** Holds the lock; each line on stdin asks for one intent. */
async function begin(): Promise<never> {
  const { lock, registry } = await hold();
  const journal = journalOn(registry);
  say(`held ${lock.epoch}`);
  const buffer = Buffer.alloc(16);
  for (let n = 0; ; n++) {
    if (readSync(0, buffer) === 0) process.exit(0);
    const resource = resourceFor(`begin${n}/web`, `${n}`.padStart(64, 'c'));
    const action = actionOn(resource, 'create', createArgs(resource));
    try {
      await journal.begin([action]);
      say('begun');
    } catch (error) {
      say((error as { code?: string }).code ?? String(error));
    }
  }
}

/** Keeps the registry's write lock until stdin ends. */
function exclusive(): void {
  const db = connect(join(dir, 'registry.db'), { nativeBinding });
  db.exec('BEGIN EXCLUSIVE');
  say('locked');
  readSync(0, Buffer.alloc(1));
  db.exec('COMMIT');
  db.close();
}

async function main(): Promise<void> {
  if (what === 'write') await write(Number(process.argv[4]));
  else if (what === 'begin') await begin();
  else exclusive();
}

void main();
