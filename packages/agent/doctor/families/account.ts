import type { Examined } from '../examined.ts';
import { isRootless } from '../examined.ts';
import { asRoot, type Finding, finding } from '../finding.ts';
import { namesOf } from '../machine/accounts.ts';
import { declaredUids } from '../machine/declared.ts';

/** Whose node this is: declared, actual and recorded user id must be one. */
export async function account(of: Examined): Promise<Finding[]> {
  const { accounts, uid } = of;
  const names = namesOf(accounts, uid);
  const [name] = names;
  const recorded = recordedOwner(of);
  const before = changed(of, recorded);
  if (name === undefined)
    return [
      ...before,
      finding('USER_NONE', 'error', {
        what: `user id ${uid}`,
        wanted: 'a name in /etc/passwd',
        actual: 'none',
        fix: 'run it as a user of this machine',
      }),
    ];
  return [...before, ...shared(of, names), ...(await declared(of, name)), ...(await owners(of))];
}

interface Recorded {
  readonly uid: number;
  readonly user: string;
}

/** As the first pass wrote it down (drivers/podman). */
export function recordedOwner({ notes }: Pick<Examined, 'notes'>): Recorded | undefined {
  const note = notes['podman/identity'] as Partial<Recorded> | null | undefined;
  return typeof note?.uid === 'number' ? { uid: note.uid, user: note.user ?? '' } : undefined;
}

function changed({ accounts, uid }: Examined, recorded: Recorded | undefined): Finding[] {
  if (recorded === undefined || recorded.uid === uid) return [];
  const now = namesOf(accounts, uid)[0] ?? 'nobody';
  const isRenumbered = now === recorded.user;
  const fix = isRenumbered
    ? `give ${now} its id back (never usermod -u a user with rootless containers): sudo usermod -u ${recorded.uid} ${now}, with ${now} logged out; or begin anew under ${uid} with an empty state_dir`
    : `run it as ${recorded.user}: sudo -iu ${recorded.user} reconcile`;
  return [
    finding('UID_CHANGED', 'error', {
      what: `user id of ${recorded.user === '' ? 'this node' : recorded.user}`,
      wanted: `${recorded.uid}, as recorded when this node was made`,
      actual: `${uid} (${now})`,
      fix,
      needsRoot: true,
      blocks: true,
    }),
  ];
}

/** newuidmap asks getpwuid for the name and looks that one up in /etc/subuid. */
function shared(of: Examined, names: readonly string[]): Finding[] {
  if (names.length < 2) return [];
  const [first = ''] = names;
  const owner = names.find((name) => of.accounts.subuid.some((range) => range.owner === name));
  const isBlocking = isRootless(of) && owner !== undefined && owner !== first;
  return [
    finding('UID_SHARED', 'error', {
      what: `user id ${of.uid}`,
      wanted: 'one name',
      actual: `shared by ${names.join(' and ')}${isBlocking ? `; newuidmap goes by ${first}, which has no range, and refuses` : '; newuidmap will refuse'}`,
      ...asRoot(
        `usermod -u FREE_ID ${names.find((name) => name !== (owner ?? first)) ?? first}   # the one without containers`,
      ),
      ...(isBlocking ? { blocks: true } : {}),
    }),
  ];
}

async function declared({ config, host, uid }: Examined, name: string): Promise<Finding[]> {
  const all = await declaredUids(host, name);
  if (config?.uid !== undefined) all.push({ uid: config.uid, by: config.path });
  return all
    .filter((one) => one.uid !== uid)
    .map((one) =>
      finding('UID_DECLARED', 'error', {
        what: `user id of ${name}`,
        wanted: `${one.uid}, by ${one.by}`,
        actual: `${uid}: what exists is not renumbered by a declaration`,
        fix: `declare ${uid} in ${one.by}; do not usermod: that destroys everything rootless podman has`,
        ...(one.by === config?.path ? { blocks: true } : {}),
      }),
    );
}

/** Directories of the node that another id left behind. */
async function owners({ config, host, uid }: Examined): Promise<Finding[]> {
  if (config === undefined) return [];
  const stat = await host.files.stat(config.stateDir).catch(() => undefined);
  if (stat === undefined || stat.uid === uid) return [];
  return [
    finding('STATE_OWNER', 'error', {
      what: config.stateDir,
      wanted: `owned by user id ${uid}`,
      actual: `owned by ${stat.uid}`,
      fix: `run as user id ${stat.uid}, or name another state_dir in ${config.path}`,
      blocks: true,
    }),
  ];
}
