import type { ReadHost } from '@reconcile/host';

/** A user id that somebody's configuration of the machine asks for. */
export interface DeclaredUid {
  readonly uid: number;
  readonly by: string;
}

/** What sysusers.d(5) and NixOS declare for a user. Neither changes the id of a user that exists: that is how they come to differ. */
export async function declaredUids(host: ReadHost, name: string): Promise<DeclaredUid[]> {
  const found = await Promise.all([...sysusersDirs.map((dir) => bySysusers(host, dir, name)), byNixos(host, name)]);
  return found.flat();
}

const sysusersDirs = ['/etc/sysusers.d', '/run/sysusers.d', '/usr/lib/sysusers.d'];

async function bySysusers(host: ReadHost, dir: string, name: string): Promise<DeclaredUid[]> {
  const files = ((await host.files.list(dir)) ?? []).filter((file) => file.endsWith('.conf'));
  const texts = await Promise.all(files.map((file) => host.files.text(`${dir}/${file}`).catch(() => undefined)));
  return texts.flatMap((text, i) =>
    [...(text ?? '').matchAll(/^u!?\s+(\S+)\s+"?(\d+)(?::\S+)?"?(?:\s|$)/gm)].flatMap(([, user, uid]) =>
      user === name ? [{ uid: Number(uid), by: `${dir}/${files[i]}` }] : [],
    ),
  );
}

/** The activation script names the file with the users it was built with; what exists already it leaves as it is, with a warning. */
async function byNixos(host: ReadHost, name: string): Promise<DeclaredUid[]> {
  const script = await host.files.text('/run/current-system/activate').catch(() => undefined);
  const path = /\/nix\/store\/\S+-users-groups\.json/.exec(script ?? '')?.[0];
  if (path === undefined) return [];
  const text = await host.files.text(path).catch(() => undefined);
  try {
    const { users = [] } = JSON.parse(text ?? '{}') as { users?: { name?: unknown; uid?: unknown }[] };
    return users.flatMap((user) =>
      user.name === name && typeof user.uid === 'number' ? [{ uid: user.uid, by: `users.users.${name}.uid` }] : [],
    );
  } catch {
    return [];
  }
}
