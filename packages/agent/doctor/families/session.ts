import { type Examined, isRootless } from '../examined.ts';
import { asRoot, type Finding, finding } from '../finding.ts';
import { namesOf } from '../machine/accounts.ts';

/** The runtime directory, where podman keeps what it runs, and whether it stays when nobody is logged in. */
export async function session(of: Examined): Promise<Finding[]> {
  if (!isRootless(of)) return [];
  return [...(await runtimeDir(of)), ...(await linger(of))];
}

async function runtimeDir({ accounts, host, uid }: Examined): Promise<Finding[]> {
  const { runtimeDir: path } = host.home;
  const stat = await host.files.stat(path);
  const name = namesOf(accounts, uid)[0] ?? String(uid);
  const set = `XDG_RUNTIME_DIR=/run/user/${uid}`;
  if (stat === undefined || stat.kind !== 'directory')
    return [
      finding('RUNTIME_DIR_NONE', 'error', {
        what: path,
        wanted: `a directory of ${name}`,
        actual: stat === undefined ? 'not there' : `a ${stat.kind}`,
        ...asRoot(`loginctl enable-linger ${name}   # then log in anew, or: export ${set}`),
      }),
    ];
  if (stat.uid !== uid)
    return [
      finding('RUNTIME_DIR_OWNER', 'error', {
        what: path,
        wanted: `owned by user id ${uid}`,
        actual: `owned by ${stat.uid}`,
        fix: `export ${set}   # su and sudo keep the old one: sudo -iu ${name}, or machinectl shell ${name}@`,
        blocks: true,
      }),
    ];
  if ((stat.mode & 0o077) === 0) return [];
  return [
    finding('RUNTIME_DIR_MODE', 'warning', {
      what: path,
      wanted: 'mode 0700',
      actual: `mode ${stat.mode.toString(8).padStart(4, '0')}`,
      fix: `chmod 700 ${path}`,
      repair: { do: 'chmod', path, mode: 0o700 },
    }),
  ];
}

/** logind remembers it as a file (loginctl(1)); where logind is not, nobody takes the directory away either. */
async function linger({ accounts, host, uid }: Examined): Promise<Finding[]> {
  const [name] = namesOf(accounts, uid);
  if (name === undefined || (await host.files.stat('/run/systemd/system')) === undefined) return [];
  if ((await host.files.stat(`/var/lib/systemd/linger/${name}`)) !== undefined) return [];
  return [
    finding('LINGER_OFF', 'error', {
      what: `lingering of ${name}`,
      wanted: 'on',
      actual: 'off: containers end at logout, and do not start at boot',
      fix: `loginctl enable-linger ${name}`,
      repair: { do: 'run', program: 'loginctl', args: ['enable-linger', name] },
    }),
  ];
}
