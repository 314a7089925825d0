import { versionOf } from '@reconcile/core/render';
import type { HistoryEntry } from '../model/documents.ts';

export type MomentKind = 'commit' | 'change' | 'repair' | 'bad' | 'job';

/** Something worth a mark on the time line. */
export interface Moment {
  readonly at: number;
  readonly kind: MomentKind;
  readonly service: string;
  readonly slot: string;
  /** `created 1.4.2 → 1.5.0`. */
  readonly text: string;
  readonly by: string;
  readonly commit: string;
}

/** The same thing again and again is told once. */
export interface Told extends Moment {
  readonly times: number;
}

/** A start that follows what made it is the same event. */
const togetherMs = 60_000;
const repairs = /^(Exited(?!: not started)|ProcessGone|Stopped|Rebuilt|Unhealthy|Released)/;

/** History as people tell it: newest first, without the steps in between. */
export function momentsOf(history: readonly HistoryEntry[]): Moment[] {
  const made = history.filter(({ what }) => what === 'created');
  return history.flatMap((entry): Moment[] => {
    const kind = kindOf(entry, made);
    if (kind === undefined) return [];
    const { at, by, commit, slot } = entry;
    const service = slot.split('/')[0] ?? slot;
    return [{ at, kind, service, slot, text: textOf(entry), by: `${by.issuer}:${by.subject}`, commit }];
  });
}

function kindOf(entry: HistoryEntry, made: readonly HistoryEntry[]): MomentKind | undefined {
  switch (entry.what) {
    case 'created':
      return 'change';
    case 'rolled-back':
    case 'failed':
    case 'not-ready':
      return 'bad';
    case 'started': {
      if (repairs.test(entry.why)) return 'repair';
      return made.some((one) => one.slot === entry.slot && Math.abs(one.at - entry.at) < togetherMs)
        ? undefined
        : 'change';
    }
    case 'ran':
      return 'job';
    case 'stopped':
    case 'removed':
      return /^(Replaced|Changed|RolledBack)/.test(entry.why) ? undefined : 'change';
    default:
      return undefined;
  }
}

function textOf({ from, to, what, why }: HistoryEntry): string {
  const versions = [...new Set([from, to].filter((ref) => ref !== '').map(versionOf))].join(' → ');
  const plain = /^[A-Z][A-Za-z]+$/.test(why);
  const reason = why === '' || plain ? '' : `: ${why}`;
  const repaired = what === 'started' && repairs.test(why) ? 'repaired' : what.replace('-', ' ');
  return `${repaired}${versions === '' ? '' : ` ${versions}`}${reason}`;
}

/** When each commit was first acted on. */
export function commitsOf(
  history: readonly HistoryEntry[],
): readonly { readonly commit: string; readonly at: number }[] {
  const first = new Map<string, number>();
  for (const { at, commit } of history) if (commit !== '') first.set(commit, Math.min(at, first.get(commit) ?? at));
  return [...first].map(([commit, at]) => ({ commit, at }));
}

/** Newest first; what happened to a component several times in the same words is one entry, at its last time. */
export function toldOnce(moments: readonly Moment[]): Told[] {
  const told = new Map<string, Told>();
  for (const moment of moments) {
    const key = `${moment.slot} ${moment.text} ${moment.commit}`;
    const known = told.get(key);
    told.set(key, known === undefined ? { ...moment, times: 1 } : { ...known, times: known.times + 1 });
  }
  return [...told.values()];
}
