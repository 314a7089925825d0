import { dirname } from 'node:path';
import { damageText, type RegistryNotice, setAside } from './damage.ts';
import { fail } from './errors.ts';
import { assertNewest, claimEpoch } from './fence.ts';
import type { Connection } from './native.ts';
import { emptyInMemory, openForReading } from './reading.ts';
import type { Registry } from './registry.ts';
import { type Rows, rowsOf } from './rows.ts';
import { isDamage, translate } from './sqlite-error.ts';
import { type Outcome, type Work, Writer } from './writer.ts';
import { openForWriting } from './writing.ts';

export interface OpenOptions {
  readonly mode: 'write' | 'read';
  /** `Lock.epoch` of the lock this process holds; checked in every writing transaction. Without one nothing is checked. */
  readonly epoch?: number;
  /** Path of better_sqlite3.node, for a packed install. */
  readonly nativeBinding?: string;
  /** How long a write goes on trying while another process holds the write lock, ms. Default 10 s. */
  readonly busyLimitMs?: number;
}

/**
 * Opens `state_dir/registry.db`. Writing: made when missing, migrated, WAL with synchronous = FULL; a damaged file is moved
 * aside and a fresh one started, with a notice. Reading: nothing is made or changed; absent or damaged: empty, in memory.
 * @throws REGISTRY_NEWER REGISTRY_BUSY REGISTRY_DENIED REGISTRY_FULL REGISTRY_FAILED
 */
export function openRegistry(path: string, options: OpenOptions): Registry {
  return new FileRegistry(path, options);
}

class FileRegistry implements Registry {
  readonly path: string;
  readonly mode: 'write' | 'read';
  readonly epoch: number;
  readonly notices: RegistryNotice[] = [];
  readonly #options: OpenOptions;
  readonly #writer: Writer;
  #db: Connection;
  #rows: Rows;

  constructor(path: string, options: OpenOptions) {
    this.path = path;
    this.mode = options.mode;
    this.epoch = options.epoch ?? 0;
    this.#options = options;
    this.#writer = new Writer((works) => this.#commit(works), options.busyLimitMs ?? 10_000);
    this.#db = this.#open();
    this.#rows = rowsOf(this.#db);
  }

  read<T>(work: (rows: Rows) => T): T {
    this.#assertOpen();
    try {
      return this.#inTransaction('BEGIN', () => work(this.#rows));
    } catch (error) {
      if (!isDamage(error)) throw translate(error, this.path, 'read registry');
      this.#startAfresh(error);
      return this.#inTransaction('BEGIN', () => work(this.#rows));
    }
  }

  async write<T>(work: (rows: Rows) => T): Promise<T> {
    this.#assertOpen();
    if (this.mode === 'read') throw fail('REGISTRY_READ_ONLY', { message: 'write to registry', key: this.path });
    try {
      return await this.#writer.add(work);
    } catch (error) {
      throw translate(error, this.path, 'write to registry');
    }
  }

  async close(): Promise<void> {
    await this.#writer.idle();
    if (this.#db.open) this.#db.close();
  }

  #commit(works: readonly Work[]): Outcome[] {
    this.#assertOpen();
    try {
      return this.#inTransaction('BEGIN IMMEDIATE', () => {
        if (this.epoch > 0) assertNewest(this.#rows, this.epoch, dirname(this.path));
        const before = this.#changes();
        const outcomes = works.map((work) => this.#alone(work));
        // A transaction that changed nothing leaves the file alone: a quiet pass writes nothing.
        if (this.epoch > 0 && this.#changes() !== before) claimEpoch(this.#rows, this.epoch);
        return outcomes;
      });
    } catch (error) {
      if (isDamage(error)) this.#startAfresh(error);
      throw error;
    }
  }

  /** One piece of a shared transaction: what it throws undoes itself and nobody else. */
  #alone(work: Work): Outcome {
    this.#rows.run('SAVEPOINT work');
    try {
      const value = work(this.#rows);
      this.#rows.run('RELEASE work');
      return { value };
    } catch (error) {
      if (!this.#db.inTransaction || isDamage(error)) throw error;
      this.#rows.run('ROLLBACK TO work');
      this.#rows.run('RELEASE work');
      return { error };
    }
  }

  #changes(): number {
    return this.#rows.one<{ n: number }>('SELECT total_changes() AS n')?.n ?? 0;
  }

  #inTransaction<T>(begin: string, work: () => T): T {
    this.#rows.run(begin);
    try {
      const value = work();
      this.#rows.run('COMMIT');
      return value;
    } catch (error) {
      if (this.#db.inTransaction) this.#rows.run('ROLLBACK');
      throw error;
    }
  }

  #open(): Connection {
    try {
      return this.mode === 'read' ? this.#openReading() : this.#openWriting();
    } catch (error) {
      throw translate(error, this.path, 'open registry');
    }
  }

  #openWriting(): Connection {
    const { nativeBinding } = this.#options;
    return openForWriting(this.path, { nativeBinding, onDamage: (notice) => this.notices.push(notice) });
  }

  #openReading(): Connection {
    try {
      return openForReading(this.path, this.#options.nativeBinding);
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.notices.push({ code: 'Unreadable', file: this.path, reason: damageText(error) });
      return emptyInMemory(this.#options.nativeBinding);
    }
  }

  /** After damage met in use. */
  #startAfresh(damage: unknown): void {
    if (this.mode === 'write') {
      this.notices.push(setAside(this.path, damage, this.#db));
      this.#db = this.#open();
    } else {
      this.#db.close();
      this.notices.push({ code: 'Unreadable', file: this.path, reason: damageText(damage) });
      this.#db = emptyInMemory(this.#options.nativeBinding);
    }
    this.#rows = rowsOf(this.#db);
  }

  #assertOpen(): void {
    if (!this.#db.open) throw fail('REGISTRY_CLOSED', { message: 'use registry', key: this.path });
  }
}
