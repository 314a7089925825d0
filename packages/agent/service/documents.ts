import type { Absence, Instant, Plan } from '@reconcile/core';
import type { Explanation, NodePast, NodeStanding, ServiceStatus } from '@reconcile/core/render';
import type { HistoryEntry, StoredEvent } from '@reconcile/registry';
import type { CommitInfo, Loaded, SourceTrouble } from '../desired/model.ts';
import type { CertificateRow, RouteRow } from '../ingress/index.ts';
import type { NameRow } from '../names/index.ts';
import type { RuntimeCondition } from '../recover/conditions.ts';

// The documents that the commands print with `-o json`. `exit` is the command's exit code (product.md section 3).

/** `reconcile status -o json`. */
export type NodeDocument = NodeStanding & {
  readonly past: NodePast;
  readonly exit: number;
  /** Something is wrong with podman as a whole; absent: nothing. */
  readonly conditions?: readonly RuntimeCondition[];
};

/** `reconcile ps -o json`. */
export type ServicesDocument = NodeStanding & { readonly exit: number };

/** A service that is declared and does not run on this node. */
export type AbsenceDocument = Absence & { readonly name: string };

/** `reconcile status S -o json`. */
export type ServiceDocument = (ServiceStatus | AbsenceDocument) & { readonly exit: number };

/** `reconcile explain S -o json`: one, or one for each part that is not well. */
export type ExplainDocument = Explanation | readonly Explanation[] | (AbsenceDocument & { readonly node: string });

/** `reconcile plan -o json`, and when the look behind it was. */
export type PlanDocument = Plan & {
  readonly exit: number;
  readonly conditions?: readonly RuntimeCondition[];
  readonly lookedAt: Instant;
  readonly source: Partial<CommitInfo> &
    Pick<Loaded, 'diagnostics' | 'warnings'> & {
      readonly trouble?: SourceTrouble;
      /** Boot stages in order: what the plan's numbers mean. */
      readonly stages?: readonly string[];
    };
};

/** `reconcile route list -o json`. */
export interface RoutesDocument {
  readonly version: 1;
  readonly routes: readonly RouteRow[];
}

/** `reconcile cert list -o json`. */
export interface CertificatesDocument {
  readonly version: 1;
  readonly certificates: readonly CertificateRow[];
}

/** `reconcile dns list -o json`. */
export interface RecordsDocument {
  readonly version: 1;
  readonly names: readonly NameRow[];
}

/** `reconcile history -o json`, newest first. */
export type HistoryDocument = readonly HistoryEntry[];

/** `reconcile events -o json`, oldest first. */
export type EventsDocument = readonly StoredEvent[];
