import type { RecordType } from '@reconcile/core/kinds/record';

/** Who answers for a name: us, somebody else, nobody here (`unmanaged`), or the user (`yours`: no driver, or driver none). */
export type NameOwner = 'ours' | 'foreign' | 'unmanaged' | 'yours';

/** One name of one type: what is wanted, what the zone holds, what is answered. */
export interface NameRow {
  readonly name: string;
  readonly type: RecordType;
  readonly zone: string;
  /** Table of node.toml that runs it; '' for `yours`. */
  readonly provider: string;
  readonly owner: NameOwner;
  readonly services: readonly string[];
  /** What definitions want; [] where nothing wants it. */
  readonly declared: readonly string[];
  /** What file or zone holds; null: could not be read, or is not ours to read. */
  readonly configured: readonly string[] | null;
  /** What a DNS server answers; null: could not be asked. */
  readonly served: readonly string[] | null;
  readonly state: string;
  readonly isWell: boolean;
}
