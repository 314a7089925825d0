import { Command, Option } from 'commander';
import type { ApplyOptions } from './commands/apply.ts';
import type { PlanOptions } from './commands/plan.ts';
import type { GlobalOptions } from './frame/context.ts';
import { agentWords } from './words/agent.ts';
import { applyHow, applyOptions, applyWords, planHow } from './words/apply.ts';
import { changeWords } from './words/change.ts';
import { doorWords } from './words/door.ts';
import { execWords } from './words/exec.ts';
import { ingressWords } from './words/ingress.ts';
import { inoutWords } from './words/inout.ts';
import { lookWords } from './words/look.ts';
import { offlineWords } from './words/offline.ts';
import { recoveryWords } from './words/recovery.ts';
import { exitCodes, type How, type Pick, type Run, states } from './words/word.ts';

export interface Chosen {
  readonly run: Run;
  readonly how: How;
  readonly options: GlobalOptions;
}

/**
 * The command line's words. Everything behind them is loaded when it is used: this module is on the way of every start.
 * `choose` is called with the one command that was asked for. `words`: what was said; then only what that can mean is there.
 */
export function program(version: string, choose: (chosen: Chosen) => void, words?: readonly string[]): Command {
  const root = new Command('reconcile');
  const pick: Pick = (command, run, how = {}) =>
    choose({ run, how, options: command.optsWithGlobals<GlobalOptions>() });
  root
    .description('Makes this node what its fleet repository says: containers, routes, names.')
    .version(version, '-V, --version')
    .enablePositionalOptions()
    .exitOverride()
    .configureHelp({ sortSubcommands: false })
    .argument('[word]')
    .addHelpText(
      'after',
      `\nExamples:\n  reconcile --dry-run      what would be done\n  reconcile                the same, then do it${exitCodes(states)}`,
    );
  applyOptions(root.option('-n, --dry-run', 'same as plan'));
  root.action(async (word: string | undefined) => {
    if (word !== undefined) return unknownWord(root, word);
    const options = root.opts<ApplyOptions & PlanOptions & { dryRun?: boolean }>();
    if (options.dryRun === true)
      pick(root, async (cx) => (await import('./commands/plan.ts')).runPlan(cx, options), planHow(options));
    else
      pick(
        root,
        async (cx) => (await import('./commands/apply.ts')).runApply(cx, undefined, options),
        applyHow(undefined, options),
      );
  });

  for (const add of groupsFor(words)) add(root, pick);
  for (const command of [root, ...root.commands.flatMap((one) => [one, ...one.commands])]) commonOptions(command);
  return root;
}

type Group = (root: Command, pick: Pick) => void;

const groups: readonly Group[] = [
  applyWords,
  changeWords,
  lookWords,
  ingressWords,
  agentWords,
  execWords,
  doorWords,
  recoveryWords,
  offlineWords,
  inoutWords,
];

/** Making all the other words takes about as long as Node takes to start, and podman is asked only after it. */
function groupsFor(words: readonly string[] | undefined): readonly Group[] {
  const [first = ''] = words ?? [];
  if (words === undefined || words.some((word) => /^(?:--help|-[a-zA-Z]*h)/.test(word))) return groups;
  if (first === 'apply' || first === 'plan') return [applyWords];
  return words.every((word) => word.startsWith('-')) ? [] : groups;
}

/** Understood by every command, on either side of its name. */
function commonOptions(command: Command): void {
  command
    .option('-H, --host <node>', 'ask the agent of another machine: a node of client.toml, or a host for ssh')
    .option('--all-nodes', 'on every node of client.toml at once')
    .option('--config <path>', 'node.toml to use')
    .option('--repo <path>', 'checkout of the fleet to edit or read')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json']))
    .option('--json', 'same as -o json');
}

/** An unknown word is an error with the nearest verb, never a pass. */
function unknownWord(root: Command, word: string): never {
  const known = root.commands.map((command) => command.name());
  const near = nearest(word, known);
  root.error(
    `reconcile: there is no command ${JSON.stringify(word)}${near === undefined ? '' : `; did you mean ${near}?`}`,
    { exitCode: 64 },
  );
}

function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known.map((name) => ({ name, far: distance(word, name) })).sort((a, b) => a.far - b.far);
  const [best] = ranked;
  return best !== undefined && best.far <= Math.max(2, Math.floor(word.length / 2)) ? best.name : undefined;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
