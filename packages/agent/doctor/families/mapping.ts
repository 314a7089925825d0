import { type Examined, isRootless } from '../examined.ts';
import { asRoot, type Finding, finding } from '../finding.ts';

const places = ['/run/wrappers/bin', '/usr/local/bin', '/usr/bin', '/bin'];
const setuid = 0o4000;

/** What lets an ordinary user have a user namespace with more than its own id. */
export async function mapping(of: Examined): Promise<Finding[]> {
  if (!isRootless(of)) return [];
  const found = await Promise.all([program(of, 'newuidmap'), program(of, 'newgidmap'), process(of), kernel(of)]);
  return found.flat();
}

async function program({ host }: Examined, name: string): Promise<Finding[]> {
  for (const dir of places) {
    const path = await host.files.realpath(`${dir}/${name}`);
    const stat = path === undefined ? undefined : await host.files.stat(path);
    if (path === undefined || stat === undefined) continue;
    if ((stat.mode & setuid) !== 0 && stat.uid === 0) return [];
    // Fedora and its kin give it capabilities instead, which cannot be seen from here.
    const usesCapabilities = /^ID(?:_LIKE)?=.*\b(?:fedora|rhel|suse|arch|alpine)\b/m.test(
      (await host.files.text('/etc/os-release')) ?? '',
    );
    return [
      finding('NEWUIDMAP_PLAIN', 'error', {
        what: path,
        severity: usesCapabilities ? 'note' : 'error',
        wanted: usesCapabilities ? 'setuid root, or file capabilities' : 'owned by root, mode 4755',
        actual: `owned by ${stat.uid}, mode ${stat.mode.toString(8).padStart(4, '0')}`,
        ...asRoot(
          usesCapabilities
            ? `getcap ${path}   # cap_set${name.slice(3, 6)}=ep`
            : `chown root: ${path} && sudo chmod 4755 ${path}`,
        ),
      }),
    ];
  }
  return [
    finding('NEWUIDMAP_NONE', 'error', {
      what: name,
      wanted: `in ${places.join(', ')}`,
      actual: 'nowhere',
      ...asRoot('apt-get install uidmap'),
    }),
  ];
}

async function process({ host }: Examined): Promise<Finding[]> {
  const status = (await host.files.text('/proc/self/status')) ?? '';
  if (!/^NoNewPrivs:\s+1$/m.test(status)) return [];
  return [
    finding('NO_NEW_PRIVILEGES', 'error', {
      what: 'this process',
      wanted: 'may gain privileges, as setuid programs do',
      actual: 'NoNewPrivs is set',
      fix: 'take NoNewPrivileges= out of the unit that starts it',
    }),
  ];
}

async function kernel({ host }: Examined): Promise<Finding[]> {
  const limits: readonly (readonly [string, string])[] = [
    ['/proc/sys/user/max_user_namespaces', 'user.max_user_namespaces=28633'],
    ['/proc/sys/kernel/unprivileged_userns_clone', 'kernel.unprivileged_userns_clone=1'],
  ];
  const found = await Promise.all(
    limits.map(async ([path, setting]) => {
      const text = (await host.files.text(path).catch(() => undefined))?.trim();
      if (text !== '0') return [];
      const [key = ''] = setting.split('=');
      return [
        finding('NAMESPACES_OFF', 'error', {
          what: key,
          wanted: 'more than 0',
          actual: '0',
          ...asRoot(`sh -c 'echo ${setting} >/etc/sysctl.d/60-userns.conf' && sudo sysctl --system`),
        }),
      ];
    }),
  );
  return found.flat();
}
