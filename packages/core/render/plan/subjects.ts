import type { Change } from '../../model/plan.ts';

/** Changes of one slot read as one subject; what belongs to exactly one service's slot joins it. */
export function subjectsOf(changes: readonly Change[]): Map<string, Change[]> {
  const subjects = new Map<string, Change[]>();
  const main = changes.filter((change) => change.kind === 'container' || change.kind === 'job');
  for (const change of main) subjects.set(change.slot, [...(subjects.get(change.slot) ?? []), change]);
  for (const change of changes) {
    if (change.kind === 'container' || change.kind === 'job' || isImplied(change, main)) continue;
    const home = homeOf(change, main);
    const subject = home ?? subjectName(change);
    subjects.set(subject, [...(subjects.get(subject) ?? []), change]);
  }
  return subjects;
}

/** Follows from a replacement that is shown anyway: its lease, and its route's new target. `-v` shows them as actions. */
function isImplied(change: Change, main: readonly Change[]): boolean {
  if (change.kind === 'port-lease') return true;
  if (change.kind !== 'route' || change.type !== 'update' || change.fields.some((field) => field.field !== 'targets'))
    return false;
  return main.some((other) => other.services.some((service) => change.services.includes(service)));
}

function homeOf(change: Change, main: readonly Change[]): string | undefined {
  if (change.of === undefined || change.type !== 'create') return undefined;
  const home = main.find((other) => other.slot === change.of || other.slot.startsWith(`${change.of}/`));
  return home !== undefined && (home.type === 'create' || home.type === 'replace') ? home.slot : undefined;
}

function subjectName(change: Change): string {
  const [service] = change.services;
  return change.services.length === 1 && service !== undefined ? service : change.key.slice(0, change.key.indexOf('/'));
}
