import type { Instant } from '@reconcile/core';

/** What a person asks of a service's data; one order each, under the writer's lock. */
export type DataOrder =
  | { readonly verb: 'snapshot'; readonly service: string; readonly how: 'stopped' | 'paused' | 'hook' }
  /** Verify and unpack beside the data, nobody stopped; then keep the service stopped here. `from`: an id, or an archive's path. */
  | { readonly verb: 'stage'; readonly service: string; readonly from: string }
  /** Put what was unpacked in its place, and let the service run again unless it was stopped before. */
  | { readonly verb: 'swap'; readonly service: string; readonly from: string; readonly keepStopped: boolean };

/** What came of it. */
export interface DataResult {
  readonly id: string;
  readonly at: Instant;
  readonly how: 'stopped' | 'paused' | 'hook';
  /** Volumes and host directories. */
  readonly sources: readonly string[];
  /** Of the files, and of the archive. */
  readonly bytes: number;
  readonly archiveBytes: number;
  readonly archive: string;
  readonly files: number;
  /** Of `stage`: a person had stopped the service here already. */
  readonly wasStopped?: boolean;
  /** Of `swap`: where the old files are, in each source. */
  readonly aside?: string;
}
