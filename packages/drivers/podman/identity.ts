import type { Facts, Json } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';
import type { StoreFacts } from './client/contract.ts';
import { fail } from './client/fail.ts';

/** Who runs podman here and where it keeps things. Another one of these is another, empty, podman (drivers.md B.6). */
export interface Identity {
  readonly uid: number;
  readonly user: string;
  /** podman's id mappings: our ranges of /etc/subuid and /etc/subgid. */
  readonly uidMap: string;
  readonly gidMap: string;
  readonly graphRoot: string;
  readonly runRoot: string;
  readonly driver: string;
}

export const identityNote = 'podman/identity';

const labelsOf: Readonly<Record<keyof Identity, string>> = {
  uid: 'user id',
  user: 'user',
  uidMap: 'subuid range',
  gidMap: 'subgid range',
  graphRoot: 'storage (graph root)',
  runRoot: 'run root',
  driver: 'storage driver',
};

/** What can be known before podman is touched. */
export async function whoAmI(host: ReadHost): Promise<Pick<Identity, 'uid' | 'user'>> {
  const uid = host.proc.uid();
  const passwd = (await host.files.text('/etc/passwd')) ?? '';
  const user =
    passwd
      .split('\n')
      .find((line) => line.split(':')[2] === String(uid))
      ?.split(':')[0] ?? '';
  return { uid, user };
}

export function identityOf(who: Pick<Identity, 'uid' | 'user'>, store: StoreFacts): Identity {
  const { uidMap, gidMap, graphRoot, runRoot, driver } = store;
  return { ...who, uidMap, gidMap, graphRoot, runRoot, driver };
}

/** What was recorded, if it is whole: an older build may have recorded less. */
export function recordedIdentity(recorded: Json | undefined): Identity | undefined {
  if (recorded === undefined || recorded === null || typeof recorded !== 'object') return undefined;
  const fields = recorded as Partial<Identity>;
  return Object.keys(labelsOf).every((name) => name in fields) ? (recorded as unknown as Identity) : undefined;
}

/** Refuses any difference from what was recorded at first use. @throws PODMAN_IDENTITY naming every one of them */
export function compareIdentity(recorded: Json | undefined, now: Partial<Identity>): void {
  if (recorded === undefined || recorded === null || typeof recorded !== 'object') return;
  const before = recorded as Partial<Identity>;
  const differing = (Object.keys(labelsOf) as (keyof Identity)[]).filter(
    (field) => before[field] !== undefined && now[field] !== undefined && before[field] !== now[field],
  );
  if (differing.length === 0) return;
  const tell = (from: Partial<Identity>) =>
    differing.map((field) => `${labelsOf[field]} ${String(from[field])}`).join(', ');
  throw fail('PODMAN_IDENTITY', {
    message: 'write to podman',
    wanted: tell(before),
    actual: tell(now),
    hint: 'run as the recorded user, or restore its ids and paths; never usermod -u a user with rootless containers. See: reconcile doctor',
  });
}

/** The facts to keep: only when there were none. */
export function firstUse(recorded: Json | undefined, now: Identity): Facts | undefined {
  return recorded === undefined ? { [identityNote]: { ...now } } : undefined;
}
