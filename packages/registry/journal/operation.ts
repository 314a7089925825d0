import type { Instant, JobMark, KnownBad, LastGood, Pin, ResourceKey, SlotKey } from '@reconcile/core';
import type { RecordedSpec } from '../tables/container-spec.ts';
import type { HistoryWhat } from '../tables/history.ts';
import type { BegunRun } from '../tables/job-run.ts';
import type { GateExpired } from '../tables/slot.ts';

/** One thing to write down. What an action left is a list of these, worked out without a database. */
export type RowOperation =
  | { readonly row: 'intended'; readonly recorded: RecordedSpec }
  | { readonly row: 'made'; readonly recorded: RecordedSpec; readonly id: string; readonly aliased: boolean }
  | { readonly row: 'respecified'; readonly recorded: RecordedSpec; readonly id?: string }
  | { readonly row: 'unproven'; readonly name: string }
  | { readonly row: 'boot-start'; readonly slot: SlotKey; readonly bootId: string }
  | { readonly row: 'aliased'; readonly name: string }
  | { readonly row: 'gone'; readonly name: string }
  | { readonly row: 'pin'; readonly ref: string; readonly pin: Pin }
  | { readonly row: 'image'; readonly ref: string; readonly imageId: string; readonly services: readonly string[] }
  | { readonly row: 'image-gone'; readonly ref: string }
  | { readonly row: 'death'; readonly slot: SlotKey; readonly at: Instant }
  | { readonly row: 'stopped'; readonly slot: SlotKey }
  | { readonly row: 'revert'; readonly slot: SlotKey }
  | {
      readonly row: 'ready';
      readonly slot: SlotKey;
      readonly bootId: string;
      readonly typicalReadyMs: number | undefined;
    }
  | { readonly row: 'last-good'; readonly slot: SlotKey; readonly good: LastGood }
  | { readonly row: 'gate-expired'; readonly slot: SlotKey; readonly expired: GateExpired }
  | { readonly row: 'known-bad'; readonly slot: SlotKey; readonly bad: KnownBad }
  | {
      readonly row: 'attempt';
      readonly key: string;
      readonly of: ResourceKey;
      readonly code: string;
      readonly message: string;
    }
  | { readonly row: 'success'; readonly key: string }
  | { readonly row: 'lease'; readonly key: ResourceKey; readonly port: number }
  | { readonly row: 'lease-gone'; readonly key: ResourceKey }
  | { readonly row: 'job'; readonly slot: SlotKey; readonly mark: JobMark }
  | { readonly row: 'run-begun'; readonly slot: SlotKey; readonly run: BegunRun }
  | { readonly row: 'run-ended'; readonly slot: SlotKey; readonly mark: JobMark }
  | { readonly row: 'run-failed'; readonly slot: SlotKey }
  | { readonly row: 'request-closed'; readonly id: string }
  | { readonly row: 'secret'; readonly name: string; readonly hmac: string }
  | { readonly row: 'secret-gone'; readonly name: string }
  | { readonly row: 'undo'; readonly slot: SlotKey; readonly specHash: string; readonly snapshot: string }
  | { readonly row: 'undo-started'; readonly slot: SlotKey; readonly specHash: string }
  | { readonly row: 'undo-over'; readonly slot: SlotKey }
  | { readonly row: 'data'; readonly name: string; readonly identity: string; readonly nonEmpty: boolean }
  | { readonly row: 'data-gone'; readonly name: string }
  | {
      readonly row: 'health';
      readonly key: ResourceKey;
      readonly state: 'healthy' | 'unhealthy';
      readonly message: string;
    }
  | {
      readonly row: 'history';
      readonly slot: SlotKey;
      readonly what: HistoryWhat;
      readonly from: string;
      readonly to: string;
      readonly why: string;
    };
