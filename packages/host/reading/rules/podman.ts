import { type OptionRule, operandsOf } from './options.ts';

/** Verbs of podman 4.3 to 6.0 that only look, longest first. */
const verbs: readonly (readonly string[])[] = [
  ['container', 'inspect'],
  ['container', 'exists'],
  ['container', 'ls'],
  ['container', 'list'],
  ['image', 'inspect'],
  ['image', 'exists'],
  ['image', 'ls'],
  ['image', 'list'],
  ['network', 'ls'],
  ['network', 'inspect'],
  ['network', 'exists'],
  ['volume', 'ls'],
  ['volume', 'inspect'],
  ['volume', 'exists'],
  ['secret', 'ls'],
  ['secret', 'inspect'],
  ['ps'],
  ['images'],
  ['inspect'],
  ['info'],
  ['version'],
  ['logs'],
  ['events'],
  ['port'],
  ['top'],
  ['stats'],
];

/**
 * podman's global options may stand after the verb too, and some write files or choose programs (`--cpu-profile`, `--out`,
 * `--runtime`, `--conmon`, `-c`, `-r`); `ps --sync` writes; `secret inspect --showsecret` shows what nobody may see.
 */
const options: OptionRule = {
  flags: [
    '--all',
    '--external',
    '--no-trunc',
    '--size',
    '--latest',
    '--pod',
    '--ns',
    '--quiet',
    '--noheading',
    '--follow',
    '--timestamps',
    '--names',
    '--no-stream',
    '--no-reset',
    '--stream',
    '--digests',
    '--debug',
  ],
  values: [
    '--format',
    '--filter',
    '--last',
    '--sort',
    '--since',
    '--until',
    '--tail',
    '--type',
    '--stream',
    '--log-level',
  ],
  letters: 'aflnpqst',
};

/** Words of `podman top` that podman answers itself; any other makes it run `ps` inside the container (podman-top(1)). */
const descriptors = new Set(
  'args capbnd capeff capinh capprm comm etime group groups hgroup hgroups hpid huser label nice pcpu pgid pid ppid rgroup ruser seccomp state stime time tty user vsz'.split(
    ' ',
  ),
);

/** Reading the user's id map is the one thing we look at from inside its user namespace. */
const unshares = new Set(['unshare cat /proc/self/uid_map', 'unshare cat /proc/self/gid_map']);

export function isReadingPodman(args: readonly string[]): boolean {
  if (args.length === 1 && args[0] === '--version') return true;
  if (unshares.has(args.join(' ')) && args.length === 3) return true;
  const first = args.findIndex((arg) => !arg.startsWith('--log-level='));
  const rest = first === -1 ? [] : args.slice(first);
  const verb = verbs.find((words) => words.every((word, i) => rest[i] === word));
  if (verb === undefined) return false;
  const operands = operandsOf(rest.slice(verb.length), options);
  if (operands === undefined) return false;
  if (verb[0] === 'stats') return rest.includes('--no-stream');
  if (verb[0] === 'top') return operands.slice(1).every((word) => descriptors.has(word));
  return true;
}
