import type { RegistryNotice } from './damage.ts';
import type { Rows } from './rows.ts';

/** This node's memory. Reads are synchronous and see one moment; writes are grouped, durable when they resolve. */
export interface Registry {
  readonly path: string;
  readonly mode: 'write' | 'read';
  /** The holder of the lock that this registry writes for; 0 without a lock. */
  readonly epoch: number;
  /** Damage met so far, in this open. */
  readonly notices: readonly RegistryNotice[];
  /** Runs `work` in one read transaction. @throws REGISTRY_DAMAGED REGISTRY_BUSY REGISTRY_CLOSED */
  read<T>(work: (rows: Rows) => T): T;
  /**
   * Runs `work` in a write transaction that it may share with others of the same turn; it may be run again, so it
   * touches nothing but `rows`. What it throws undoes its own part only.
   * @throws REGISTRY_SUPERSEDED REGISTRY_BUSY REGISTRY_DAMAGED REGISTRY_FULL REGISTRY_DENIED REGISTRY_READ_ONLY REGISTRY_CLOSED
   */
  write<T>(work: (rows: Rows) => T): Promise<T>;
  /** Waits for writes under way, then lets go of the file. */
  close(): Promise<void>;
}
