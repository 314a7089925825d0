import type { Loaded } from '../desired/model.ts';
import type { Seen } from '../look/look.ts';

/** What the last look saw, with the desired state it was compared with. */
export interface LastLook {
  readonly seen: Seen;
  readonly loaded: Loaded;
}
