import type { ParsedFleet } from '../fleet.ts';
import type { ParsedService } from '../service.ts';

/** All that was read of one snapshot, for the checks that need more than one file. */
export interface Parsed {
  readonly services: readonly ParsedService[];
  readonly fleet: ParsedFleet;
  /** Names that files claim for themselves, also of files too broken to be read: so one mistake makes one message. */
  readonly names: ReadonlySet<string>;
}

/** `services/a.toml` or `services/a.toml:12`: where the other one stands. */
export function elsewhere(file: string, here: string): string {
  return file === here ? 'this file' : file;
}
