import type { Command } from 'commander';
import type { ExecOptions } from '../commands/exec.ts';
import { exitCodes, type Pick } from './word.ts';

/** exec. */
export function execWords(root: Command, pick: Pick): void {
  const exec = root.command('exec').description('Run a program inside the running container of a service');
  exec
    .argument('<service>', 'mcr, mcr/api')
    .argument('<command...>', 'the program and its arguments, after --')
    .option('--no-tty', 'pipes, though there is a terminal')
    .passThroughOptions()
    .addHelpText(
      'after',
      `\nExample:\n  reconcile exec mcr/api -- sh -c 'ls /data'${exitCodes("the program's own; 1 when it could not be run")}`,
    )
    .action((name: string, words: string[], options: ExecOptions) => {
      // What is passed through is passed whole.
      const argv = words[0] === '--' ? words.slice(1) : words;
      pick(exec, async (cx) => (await import('../commands/exec.ts')).runExec(cx, { name, argv }, options), {
        isLooking: true,
        asksThere: true,
        ends: name,
      });
    });
}
