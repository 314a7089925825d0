import type { Instant, ProbeResult, Resource, SlotKey } from '@reconcile/core';
import { type CommitWords, momentText, type NodeStanding, type Standing, type Zone } from '@reconcile/core/render';
import type { HealthNote } from '@reconcile/registry';
import type { Scene, SeenContainer } from '../standing/scene.ts';

/** What had to be asked beside the look: of the process itself, of git, of the registry. */
export interface Facts {
  /** The probe, done just now; undefined where that cannot be done by looking alone. */
  readonly probe: ProbeResult | undefined;
  /** Ports the program listens on inside; undefined: not to be seen. */
  readonly listens: readonly number[] | undefined;
  /** Newest first. */
  readonly healthNotes: readonly HealthNote[];
  readonly output: { readonly of: string; readonly lines: readonly string[] };
  /** The commit that last changed its file. */
  readonly wantedBy: CommitWords | undefined;
  /** node.toml, and where node files of secrets lie. */
  readonly configPath: string;
  readonly secretsDir: string;
}

/** Everything that one explanation is made from. */
export interface Case {
  readonly scene: Scene;
  readonly standing: NodeStanding;
  readonly row: Standing;
  readonly slot: SlotKey;
  readonly wanted: Resource | undefined;
  readonly seen: SeenContainer | undefined;
  readonly facts: Facts;
  readonly zone: Zone;
}

export function when(of: Case, at: Instant): string {
  return momentText(at, of.scene.now, of.zone);
}

export function serviceOf({ slot }: Pick<Case, 'slot'>): string {
  return slot.split('/')[0] ?? slot;
}
