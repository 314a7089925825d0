import type { Command } from 'commander';
import type { InstallOptions } from '../commands/install.ts';
import { exitCodes, type Pick } from './word.ts';

/** install: how this machine comes to run us, and how it stops. */
export function inoutWords(root: Command, pick: Pick): void {
  const install = root.command('install').description('Run the agent as a service of this machine, with a fallback');
  install
    .option('-n, --dry-run', 'say what would be written and run')
    .option('--uninstall', 'take it away again; containers and proxy run on')
    .addHelpText(
      'after',
      `
Examples:
  reconcile install --dry-run    what would be written
  reconcile install              systemd units of this user (as root: of the machine), started and enabled
Without systemd nothing is written; it prints the lines for cron or runit.
${exitCodes('0 done, 1 error, no systemd, or the agent did not become ready')}`,
    )
    .action((options: InstallOptions) =>
      pick(install, async (cx) => (await import('../commands/install.ts')).runInstall(cx, options)),
    );
}
