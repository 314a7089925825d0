import type { Instant } from './json.ts';

/** The field's standard shape (Kubernetes API conventions). */
export interface Condition {
  readonly type:
    | 'Ready'
    | 'Progressing'
    | 'Degraded'
    | 'Held'
    | 'Reachable'
    | 'RuntimeStateLost'
    | 'RuntimeMismatch'
    | 'RuntimeBroken';
  readonly status: 'True' | 'False' | 'Unknown';
  /** CamelCase code. */
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
  readonly lastTransitionTime: Instant;
}
