import { type Examined, isRootless } from '../examined.ts';
import { asRoot, type Finding, finding } from '../finding.ts';
import { namesOf, ownRanges, type SubIds } from '../machine/accounts.ts';

/** Images use ids up to nobody's, 65534. */
const enough = 65_536;

/** Subordinate ids: what users inside containers are on this machine (subuid(5)). */
export async function subids(of: Examined): Promise<Finding[]> {
  const name = namesOf(of.accounts, of.uid)[0];
  if (!isRootless(of) || name === undefined) return [];
  return [...ofKind(of, 'subuid', name), ...ofKind(of, 'subgid', name), ...changed(of, name)];
}

function ofKind({ accounts, uid }: Examined, kind: 'subuid' | 'subgid', name: string): Finding[] {
  const file = `/etc/${kind}`;
  const all = accounts[kind];
  const own = ownRanges(all, { name, uid });
  const count = own.reduce((sum, range) => sum + range.count, 0);
  const option = kind === 'subuid' ? '--add-subuids' : '--add-subgids';
  const more = asRoot(`usermod ${option} ${freeRange(all, enough)} ${name} && podman system migrate`);
  if (count === 0)
    return [
      finding('SUBID_NONE', 'error', {
        what: `${file} of ${name}`,
        wanted: `a range of ${enough}`,
        actual: 'none',
        ...more,
      }),
    ];
  const found: Finding[] = [];
  if (count < enough)
    found.push(
      finding('SUBID_SHORT', 'error', {
        what: `${file} of ${name}`,
        wanted: `${enough} ids`,
        actual: `${count}`,
        ...more,
      }),
    );
  for (const range of own) {
    const other = all.find((each) => !own.includes(each) && overlaps(each, range));
    if (other !== undefined)
      found.push(
        finding('SUBID_OVERLAP', 'error', {
          what: `${file} of ${name}`,
          wanted: 'ids of its own',
          actual: `${shown(range)} overlaps ${shown(other)} of ${other.owner}`,
          ...asRoot(
            `editor ${file}   # move ${other.owner}'s range while it has no containers; free: ${freeRange(all, enough)}`,
          ),
        }),
      );
    const user = accounts.users.find(
      (each) => each.uid >= range.first && each.uid < range.first + range.count && each.uid !== 65_534,
    );
    if (user !== undefined && kind === 'subuid')
      found.push(
        finding('SUBID_TAKEN', 'error', {
          what: `${file} of ${name}`,
          wanted: 'ids that nobody has',
          actual: `${shown(range)} covers ${user.name} (${user.uid})`,
          ...asRoot(`usermod -u FREE_ID ${user.name}   # or move the range while there are no containers`),
        }),
      );
  }
  return found;
}

/** As podman had them when this node was made: `0:850:1,1:100000:65536`. */
function changed({ accounts, notes, uid }: Examined, name: string): Finding[] {
  const note = notes['podman/identity'] as { uidMap?: unknown; gidMap?: unknown } | null | undefined;
  const compare = (recorded: unknown, kind: 'subuid' | 'subgid'): Finding[] => {
    if (typeof recorded !== 'string' || recorded === '') return [];
    const before = recorded
      .split(',')
      .slice(1)
      .map((part) => part.split(':').slice(1).join(':'));
    const now = ownRanges(accounts[kind], { name, uid }).map(({ count, first }) => `${first}:${count}`);
    if (before.length === 0 || [...before].sort().join() === [...now].sort().join()) return [];
    return [
      finding('SUBID_CHANGED', 'error', {
        what: `/etc/${kind} of ${name}`,
        wanted: `${before.join(', ')}, as recorded when this node was made`,
        actual: now.join(', ') || 'none',
        ...asRoot(
          `editor /etc/${kind}   # put ${name}:${before.join(` and ${name}:`)} back, then: podman system migrate`,
        ),
      }),
    ];
  };
  return [...compare(note?.uidMap, 'subuid'), ...compare(note?.gidMap, 'subgid')];
}

function overlaps(a: SubIds, b: SubIds): boolean {
  return a.first < b.first + b.count && b.first < a.first + a.count;
}

function shown({ count, first }: SubIds): string {
  return `${first}-${first + count - 1}`;
}

/** Behind everything that is taken, as usermod wants it. */
export function freeRange(ranges: readonly SubIds[], count: number): string {
  const first = ranges.reduce((last, range) => Math.max(last, range.first + range.count), 100_000);
  return `${first}-${first + count - 1}`;
}
