/** Options one verb may carry: `--all`, `-a` (also in clusters), and in `values` those written `--name=value`. */
export interface OptionRule {
  readonly flags: readonly string[];
  readonly values: readonly string[];
  /** Single letters, alone or together: `aq` allows `-a`, `-q`, `-aq`. */
  readonly letters: string;
}

/**
 * Splits what follows a verb; undefined when there is an option the rule does not know. A list of what is allowed, since
 * programs grow options that write (`git log --output=FILE`, `podman ps --cpu-profile FILE`). After `--` all are operands.
 */
export function operandsOf(args: readonly string[], rule: OptionRule): readonly string[] | undefined {
  const operands: string[] = [];
  for (const [i, arg] of args.entries()) {
    if (arg === '--') return [...operands, ...args.slice(i + 1)];
    if (!arg.startsWith('-')) operands.push(arg);
    else if (!isAllowed(arg, rule)) return undefined;
  }
  return operands;
}

function isAllowed(arg: string, rule: OptionRule): boolean {
  if (!arg.startsWith('--'))
    return arg.length > 1 && [...arg.slice(1)].every((letter) => rule.letters.includes(letter));
  const equals = arg.indexOf('=');
  if (equals === -1) return rule.flags.includes(arg) || rule.values.includes(arg);
  return rule.values.includes(arg.slice(0, equals));
}
