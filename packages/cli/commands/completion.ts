import type { Command } from 'commander';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';
import { bashCompletion } from './completion-bash.ts';
import { fishCompletion } from './completion-fish.ts';
import { completionModel } from './completion-model.ts';
import { zshCompletion } from './completion-zsh.ts';

export type Shell = 'bash' | 'zsh' | 'fish';

/** The completion script of one shell. */
export async function runCompletion(cx: CliContext, shell: Shell, root: Command): Promise<number> {
  cx.printText(script(shell, root));
  return exit.converged;
}

function script(shell: Shell, root: Command): string {
  const model = completionModel(root);
  switch (shell) {
    case 'bash':
      return bashCompletion(model);
    case 'zsh':
      return zshCompletion(model);
    case 'fish':
      return fishCompletion(model);
  }
}
