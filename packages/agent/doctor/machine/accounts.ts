import type { ReadHost } from '@reconcile/host';

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly home: string;
}

/** Subordinate ids of one line of /etc/subuid or /etc/subgid; `owner` is a name or a uid. */
export interface SubIds {
  readonly owner: string;
  readonly first: number;
  readonly count: number;
}

export interface Accounts {
  readonly users: readonly Account[];
  readonly subuid: readonly SubIds[];
  readonly subgid: readonly SubIds[];
}

export async function readAccounts(host: ReadHost): Promise<Accounts> {
  const read = async (path: string) => (await host.files.text(path, { maxBytes: 4_000_000 })) ?? '';
  const [passwd, subuid, subgid] = await Promise.all(['/etc/passwd', '/etc/subuid', '/etc/subgid'].map(read));
  return { users: usersOf(passwd ?? ''), subuid: rangesOf(subuid ?? ''), subgid: rangesOf(subgid ?? '') };
}

function usersOf(text: string): Account[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', , uid = '', , , home = ''] = line.split(':');
    return name === '' || !/^\d+$/.test(uid) ? [] : [{ name, uid: Number(uid), home }];
  });
}

function rangesOf(text: string): SubIds[] {
  return text.split('\n').flatMap((line) => {
    const [owner = '', first = '', count = ''] = line.trim().split(':');
    return owner === '' || owner.startsWith('#') || !/^\d+$/.test(first) || !/^\d+$/.test(count)
      ? []
      : [{ owner, first: Number(first), count: Number(count) }];
  });
}

/** Names that an id has. The first is the one getpwuid(3), and so newuidmap, goes by. */
export function namesOf({ users }: Accounts, uid: number): string[] {
  return users.flatMap((user) => (user.uid === uid ? [user.name] : []));
}

/** Lines of a user: by name, or by number. */
export function ownRanges(ranges: readonly SubIds[], { name, uid }: { name: string; uid: number }): SubIds[] {
  return ranges.filter(({ owner }) => owner === name || owner === String(uid));
}
