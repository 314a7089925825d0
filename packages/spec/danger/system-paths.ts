import type { GuardedPath } from '@reconcile/core';

const secret = (path: string, why: string): GuardedPath => ({ path, why, isSecret: true });
const system = (path: string, why: string): GuardedPath => ({ path, why, isSecret: false });

/**
 * What a machine needs to start and to let its owner in. `isSecret`: not even for reading. The first that fits says why, so
 * the telling ones come before the directories that hold them.
 */
const fixed: readonly GuardedPath[] = [
  secret('/etc/ssh', 'holds the keys and the configuration of the ssh server'),
  secret('/etc/sudoers', 'says who may become root'),
  secret('/etc/sudoers.d', 'says who may become root'),
  secret('/etc/shadow', 'holds the passwords of the machine'),
  secret('/etc/gshadow', 'holds the passwords of the machine'),
  secret('/etc/reconcile', 'holds the configuration of this node'),
  system('/etc/pam.d', 'decides who may log in (PAM)'),
  system('/etc/security', 'decides who may log in (PAM)'),
  system('/etc/passwd', 'holds the users of the machine'),
  system('/etc/group', 'holds the groups of the machine'),
  system('/etc/subuid', 'holds the id ranges that rootless containers live by'),
  system('/etc/subgid', 'holds the id ranges that rootless containers live by'),
  system('/etc/nftables.conf', 'is the firewall'),
  system('/etc/nftables.d', 'is the firewall'),
  system('/etc/iptables', 'is the firewall'),
  system('/etc/ufw', 'is the firewall'),
  system('/etc/firewalld', 'is the firewall'),
  system('/etc/network', 'is how the machine is reached'),
  system('/etc/netplan', 'is how the machine is reached'),
  system('/etc/NetworkManager', 'is how the machine is reached'),
  system('/etc/resolv.conf', 'is how the machine finds names'),
  system('/etc/systemd', 'says what the machine starts'),
  system('/etc/crontab', 'says what the machine starts'),
  system('/etc/cron.d', 'says what the machine starts'),
  system('/etc', 'is the configuration of the whole machine'),
  system('/boot', 'is what the machine boots from'),
  system('/usr', 'holds the programs of the machine'),
  system('/bin', 'holds the programs of the machine'),
  system('/sbin', 'holds the programs of the machine'),
  system('/lib', 'holds the programs of the machine'),
  system('/lib64', 'holds the programs of the machine'),
  system('/nix', 'holds the programs of the machine'),
  system('/sys', 'is the kernel of the machine'),
  secret('/proc', 'shows every program of the machine with its environment'),
  secret('/root', "is root's home: its keys and authorized_keys"),
  secret('/run/user', "holds the sockets of users, podman's among them"),
  secret('/run/podman', 'is the socket of podman: whoever has it has every container'),
  secret('/run/containerd', 'is the socket of a container engine'),
  secret('/run/systemd', 'is where systemd is told what to do'),
  secret('/run/dbus', 'is where systemd is told what to do'),
  secret('/var/lib/containers', "is podman's storage"),
  secret('/var/lib/docker', 'is the storage of a container engine'),
  system('/var/lib/systemd', 'is what systemd remembers'),
  system('/var/lib/dpkg', 'is what the package manager remembers'),
  system('/var/lib/rpm', 'is what the package manager remembers'),
  system('/var/spool/cron', 'says what the machine starts'),
];

const inHome: readonly (readonly [string, boolean, string])[] = [
  ['.ssh', true, 'holds ssh keys and authorized_keys'],
  ['.gnupg', true, 'holds private keys'],
  ['.config/reconcile', true, 'holds the configuration of this node'],
  ['.local/state/reconcile', true, 'is what this node remembers'],
  ['.local/share/containers', true, "is podman's storage"],
  ['.config/containers', false, 'is how podman is configured'],
  ['.config/systemd', false, 'says what systemd starts for this user'],
  ['.profile', false, 'is run at every login'],
  ['.bash_profile', false, 'is run at every login'],
  ['.bash_login', false, 'is run at every login'],
  ['.bashrc', false, 'is run at every login'],
  ['.zshrc', false, 'is run at every login'],
  ['.zshenv', false, 'is run at every login'],
  ['.zprofile', false, 'is run at every login'],
];

/** What lies in one home directory. */
function homePaths(home: string): GuardedPath[] {
  return inHome.map(([name, isSecret, why]) => ({ path: `${home}/${name}`, why, isSecret }));
}

/** Guarded on every machine; a path below /home brings the home that it leads to. */
export function systemPaths(path: string, homes: readonly string[]): readonly GuardedPath[] {
  const home = /^\/home(?:\/[^/]+)?/.exec(path)?.[0];
  const all = new Set([...homes, ...(home === undefined ? [] : [home === '/home' ? '/home/*' : home])]);
  return [...fixed, ...[...all].flatMap(homePaths)];
}

/** Whole disks, their parts, and memory. */
export const isDiskOrMemory = (path: string): boolean =>
  /^\/dev\/(?:mem|kmem|port|kmsg|sd[a-z]+\d*|vd[a-z]+\d*|xvd[a-z]+\d*|hd[a-z]+\d*|nvme\d+n\d+(?:p\d+)?|mmcblk\d+(?:p\d+)?|dm-\d+|md\d+|loop\d+|mapper(?:\/.*)?|disk(?:\/.*)?|block(?:\/.*)?)$/.test(
    path,
  );

/** Sockets whose holder can do anything that the engine's user can. */
export const isEngineSocket = (path: string): boolean =>
  /(?:^|\/)(?:podman|docker|containerd|crio|buildkitd)\.sock$/.test(path);
