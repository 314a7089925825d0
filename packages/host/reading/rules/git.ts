import { gitVerbs } from './git-verbs.ts';
import { operandsOf } from './options.ts';

/** Global options that take no value, or theirs after `=`. */
const flags = new Set(['--no-optional-locks', '--no-pager', '--no-replace-objects', '--literal-pathspecs', '--bare']);
const withValue = ['--git-dir=', '--work-tree='];

/**
 * `-c` settings a reading call may make: only such as switch something off. Any other key could name a program to run
 * (core.fsmonitor, core.sshCommand, gpg.program, filter.*.clean, alias.* …).
 */
const settings: Readonly<Record<string, RegExp>> = {
  'safe.directory': /^/,
  'core.hookspath': /^\/dev\/null$/,
  'core.fsmonitor': /^false$/,
  'core.symlinks': /^(true|false)$/,
  'core.quotepath': /^(true|false)$/,
  'core.attributesfile': /^\/dev\/null$/,
  'core.excludesfile': /^\/dev\/null$/,
  'core.untrackedcache': /^false$/,
  'log.showsignature': /^false$/,
  'submodule.recurse': /^false$/,
  'protocol.allow': /^never$/,
  'gc.auto': /^0$/,
  'color.ui': /^false$/,
};

/** git(1): global options stand before the verb; an alias can never take a built-in verb's name. */
export function isReadingGit(args: readonly string[]): boolean {
  if (args.length === 1 && args[0] === '--version') return true;
  const at = verbIndex(args);
  const verb = at === undefined ? undefined : args[at];
  const rule = verb === undefined ? undefined : gitVerbs.get(verb);
  if (at === undefined || rule === undefined) return false;
  const rest = args.slice(at + 1);
  const operands = operandsOf(rest, rule.options);
  return operands !== undefined && (rule.also?.(operands, rest) ?? true);
}

function verbIndex(args: readonly string[]): number | undefined {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (!arg.startsWith('-')) return i;
    if (arg === '-C' || arg === '-c') {
      const value = args[++i];
      if (value === undefined || (arg === '-c' && !isSafeSetting(value))) return undefined;
    } else if (!flags.has(arg) && !withValue.some((prefix) => arg.startsWith(prefix))) return undefined;
  }
  return undefined;
}

function isSafeSetting(setting: string): boolean {
  const equals = setting.indexOf('=');
  // Without `=` git takes the value for true.
  if (equals === -1) return false;
  const key = setting.slice(0, equals).toLowerCase();
  return Object.hasOwn(settings, key) && settings[key]!.test(setting.slice(equals + 1));
}
