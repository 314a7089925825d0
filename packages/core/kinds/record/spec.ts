import type { ObservedResource } from '../../model/observed.ts';
import type { ResourceKey } from '../../model/resource.ts';

export const recordTypes = ['A', 'AAAA', 'CNAME', 'TXT'] as const;
export type RecordType = (typeof recordTypes)[number];

/** Drivers that write; `none` only looks and has no records. */
export type RecordDriver = 'hosts' | 'rfc2136' | 'exec' | 'mcns';

export interface RecordSpec {
  readonly type: RecordType;
  readonly hostname: string;
  readonly zone: string;
  /** Who writes this zone, from `[[zones]]` of fleet.toml. */
  readonly driver: RecordDriver;
  /** An address in `plainIp`'s spelling, a hostname, or text. */
  readonly value: string;
  /** Of a TXT: values that stand beside it under the same name. */
  readonly more?: readonly string[];
  /** Routes that must answer before the name appears, and go after it. */
  readonly routes: readonly ResourceKey[];
}

export interface RecordState {
  /** As the server has them, sorted; [] where only our mark is left. */
  readonly values: readonly string[];
  /** It was edited where the values do not show it. */
  readonly drifted?: boolean;
  /** Somebody else's record of the same name and type stands beside ours: where. */
  readonly besides?: string;
  /** Its zone could not be read this time: nothing is known of it. */
  readonly unread?: string;
}

/** Arguments of create and update; `was`: values the plan saw, for a compare-and-swap. */
export interface RecordArgs {
  readonly spec: RecordSpec;
  readonly was: readonly string[];
}

/** Arguments of delete: what was seen. */
export interface RecordDeleteArgs {
  readonly spec: RecordSpec;
  readonly was: readonly string[];
}

export type SeenRecord = ObservedResource<RecordState>;

/** Every value that a record is to have, sorted. */
export function recordValues({ more = [], value }: Pick<RecordSpec, 'value' | 'more'>): string[] {
  return [...new Set([value, ...more])].sort();
}

/** The table of node.toml that runs a zone: `hosts`, `rfc2136."example.com"`. */
export function recordProvider({ driver, zone }: Pick<RecordSpec, 'driver' | 'zone'>): string {
  return driver === 'hosts' ? 'hosts' : `${driver}."${zone}"`;
}

export function recordKey({ type, hostname }: Pick<RecordSpec, 'type' | 'hostname'>): ResourceKey {
  return `record/${type}/${hostname}`;
}
