import type { Danger, DangerInput } from './model.ts';
import { type SimpleCommand, simpleCommands } from './shell-words.ts';

interface Rule {
  readonly why: string;
  /** Which of its uses; absent: all. */
  readonly when?: (args: readonly string[]) => boolean;
}

const has =
  (...wanted: readonly string[]) =>
  (args: readonly string[]) =>
    args.some((arg) => wanted.includes(arg.split('=')[0] ?? ''));
const below = (args: readonly string[], path: RegExp) => args.some((arg) => path.test(arg));
const hostRoot = /^\/(?:host|rootfs|mnt\/host|hostfs)(?:\/|$)/;

/** Of no use inside a container: they are meant for the machine around it. */
const always: Readonly<Record<string, Rule>> = {
  ufw: { why: 'changes the firewall' },
  'firewall-cmd': { why: 'changes the firewall' },
  nsenter: { why: 'leaves the container' },
  systemctl: { why: 'starts and stops what the machine runs' },
  loginctl: { why: 'ends sessions and their containers' },
  visudo: { why: 'changes who may become root' },
  shutdown: { why: 'stops the machine' },
  reboot: { why: 'restarts the machine' },
  poweroff: { why: 'stops the machine' },
  halt: { why: 'stops the machine' },
  telinit: { why: 'stops the machine' },
  kexec: { why: 'restarts the machine' },
  insmod: { why: 'changes the kernel' },
  rmmod: { why: 'changes the kernel' },
  modprobe: { why: 'changes the kernel' },
  wipefs: { why: 'erases a disk' },
  passwd: {
    why: 'locks an account or takes its password',
    when: has('-l', '-d', '-u', '-e', '--lock', '--delete', '--unlock', '--expire'),
  },
  usermod: {
    why: 'locks an account or changes its ids',
    when: has('-L', '--lock', '-e', '--expiredate', '-s', '--shell'),
  },
  chage: { why: 'ends an account', when: has('-E', '--expiredate', '-M', '--maxdays') },
  chroot: { why: 'leaves the container', when: (args) => below(args, hostRoot) },
  rm: {
    why: 'removes the machine',
    when: (args) =>
      args.some((arg) => /^-[a-z]*r|^--recursive$/i.test(arg)) &&
      args.some((arg) => /^\/\*?$/.test(arg) || hostRoot.test(arg)),
  },
  dd: { why: 'writes to a disk', when: (args) => below(args, /^of=\/dev\/(?!null|zero|stdout|stderr|fd|shm)/) },
  pkill: { why: 'ends the ssh server', when: (args) => below(args, /sshd?$/) },
  killall: { why: 'ends the ssh server', when: (args) => below(args, /sshd?$/) },
};

/** Ordinary in a container's own network; in the machine's they are the machine's. */
const onHostNetwork: Readonly<Record<string, Rule>> = {
  iptables: { why: 'changes the firewall of the machine' },
  ip6tables: { why: 'changes the firewall of the machine' },
  'iptables-restore': { why: 'changes the firewall of the machine' },
  nft: { why: 'changes the firewall of the machine' },
  ebtables: { why: 'changes the firewall of the machine' },
  ipset: { why: 'changes the firewall of the machine' },
  ip: {
    why: 'changes addresses or routes of the machine',
    when: has('add', 'del', 'delete', 'flush', 'set', 'replace', 'change'),
  },
  ifconfig: { why: 'changes addresses of the machine' },
  route: { why: 'changes routes of the machine', when: has('add', 'del') },
  nmcli: { why: 'changes how the machine is reached' },
  resolvectl: { why: 'changes how the machine finds names' },
  sysctl: { why: 'changes the kernel', when: has('-w', '--write', '-p', '--load') },
  tc: { why: 'slows or stops the traffic of the machine' },
};

/** Commands that mean the machine, in whatever the definition lets somebody run. */
export function commandDangers({ commands, spec }: DangerInput): Danger[] {
  const reaches = spec.network === 'host' || spec.privileged;
  return commands.flatMap((words) =>
    simpleCommands(words).flatMap((command): Danger[] => {
      const why = reasonOf(command, reaches);
      const { program } = command;
      return why === undefined
        ? []
        : [{ id: `command:${program}`, what: `command ${program}`, why, needles: [program, 'cmd'] }];
    }),
  );
}

function reasonOf({ args, program }: SimpleCommand, reaches: boolean): string | undefined {
  if (/^mkfs(?:\..+)?$/.test(program)) return 'erases a disk';
  const rule = lookUp(always, program) ?? (reaches ? lookUp(onHostNetwork, program) : undefined);
  return rule !== undefined && (rule.when?.(args) ?? true) ? rule.why : undefined;
}

function lookUp(rules: Readonly<Record<string, Rule>>, program: string): Rule | undefined {
  return Object.hasOwn(rules, program) ? rules[program] : undefined;
}
