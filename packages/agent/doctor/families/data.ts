import type { ContainerSpec } from '@reconcile/core/kinds/container';
import { type Examined, isRootless } from '../examined.ts';
import { type Finding, finding } from '../finding.ts';
import { namesOf, ownRanges } from '../machine/accounts.ts';

/** Host directories of definitions: there, and owned by the user on this machine that the container's user really is. */
export async function data(of: Examined): Promise<Finding[]> {
  const found = changed(of);
  const seen = new Set<string>();
  for (const { active, kind, slot, spec } of Object.values(of.desired?.resources ?? {})) {
    if (kind !== 'container' || active === false) continue;
    const { mounts, user } = spec as unknown as ContainerSpec;
    for (const { readOnly, source } of mounts) {
      if (!source.startsWith('/') || seen.has(`${source} ${user}`)) continue;
      seen.add(`${source} ${user}`);
      const stat = await of.host.files.stat(source).catch(() => undefined);
      if (stat === undefined) {
        if (found.some(({ what }) => what === source)) continue;
        found.push(
          finding('DATA_NONE', 'error', {
            what: source,
            wanted: `there, for ${slot}`,
            actual: 'not there: is its disk mounted?',
            fix: `mkdir -p ${source}   # only if it is meant to be empty`,
          }),
        );
        continue;
      }
      const inside = /^(\d+)(?::\d+)?$/.exec(user)?.[1];
      // Which id a name is, or the image's own default, only the image knows.
      if (inside === undefined || readOnly) continue;
      const outside = hostUid(of, Number(inside));
      if (outside === undefined || stat.uid === outside || (stat.mode & 0o002) !== 0) continue;
      found.push(
        finding('DATA_OWNER', 'error', {
          what: `${source} of ${slot}`,
          wanted: `owned by ${outside}, which is user ${inside} in the container`,
          actual: `owned by ${stat.uid}${containerUid(of, stat.uid)}`,
          fix: isRootless(of) ? `podman unshare chown -R ${user} ${source}` : `chown -R ${user} ${source}`,
        }),
      );
    }
  }
  return found;
}

/** What the plan of the same look holds, or waits for, because data is not what it was (specs/0017). */
function changed({ seen }: Examined): Finding[] {
  const wanted = 'the data that was there at the last look';
  const held = (seen?.plan.held ?? []).filter(({ code }) => code === 'DataMissing' || code === 'DataForeign');
  const waiting = (seen?.plan.waiting ?? []).filter(({ code }) => code === 'DataMissing');
  return [
    ...held.map(({ id, keys, message }) => {
      const what = (keys[0] ?? '').slice('volume/'.length);
      const fix = `put it back, or take it as it is: reconcile apply --confirm ${id}`;
      return finding('DATA_CHANGED', 'error', { what, wanted, actual: message, fix });
    }),
    ...waiting.map(({ message, on }) =>
      finding('DATA_CHANGED', 'error', { what: on, wanted, actual: message, fix: `mount ${on}` }),
    ),
  ];
}

/** 0 is the user itself; n > 0 is the n-th of its subordinate ids, counted from 1 over all its ranges. */
export function hostUid(of: Examined, inside: number): number | undefined {
  if (!isRootless(of)) return inside;
  if (inside === 0) return of.uid;
  let left = inside - 1;
  for (const { count, first } of rangesOf(of)) {
    if (left < count) return first + left;
    left -= count;
  }
  return undefined;
}

/** The same backwards, for people. */
function containerUid(of: Examined, outside: number): string {
  if (!isRootless(of)) return '';
  if (outside === of.uid) return ', user 0 in the container';
  let before = 1;
  for (const { count, first } of rangesOf(of)) {
    if (outside >= first && outside < first + count) return `, user ${before + outside - first} in the container`;
    before += count;
  }
  return ', nobody in the container';
}

function rangesOf({ accounts, uid }: Examined) {
  return ownRanges(accounts.subuid, { name: namesOf(accounts, uid)[0] ?? '', uid });
}
