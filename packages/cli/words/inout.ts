import { type Command, Option } from 'commander';
import type { ImportOptions } from '../commands/import.ts';
import type { InstallOptions } from '../commands/install.ts';
import type { ReleaseOptions } from '../commands/release.ts';
import { exitCodes, type Pick, plainCodes } from './word.ts';

/** install, import, release: how a machine and its services come to us, and how they leave. */
export function inoutWords(root: Command, pick: Pick): void {
  installWord(root, pick);
  importWord(root, pick);
  releaseWord(root, pick);
}

function installWord(root: Command, pick: Pick): void {
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

function importWord(root: Command, pick: Pick): void {
  const word = root
    .command('import')
    .description('Turn compose or Quadlet files into definitions; says what is not carried');
  word
    .argument('<file...>', 'compose.yaml, web.container with its .network and .volume')
    .option('--out <dir>', 'write below this directory, such as the fleet; default: print')
    .addHelpText('after', `\nExample:\n  reconcile import compose.yaml --out ~/fleet${exitCodes(plainCodes)}`)
    .action((files: string[], options: ImportOptions) =>
      pick(word, async (cx) => (await import('../commands/import.ts')).runImport(cx, files, options)),
    );
}

function releaseWord(root: Command, pick: Pick): void {
  const word = root.command('release').description('Hand containers back to systemd: files and the exact steps');
  word
    .argument('[service...]', 'mcr, mcr/api; without any, all of this node')
    .addOption(new Option('--as <form>', 'to whom').choices(['quadlet']).default('quadlet'))
    .option('--out <dir>', 'write the files there; default: print')
    .addHelpText('after', `\nExample:\n  reconcile release --as quadlet --out quadlet${exitCodes(plainCodes)}`)
    .action((names: string[], options: ReleaseOptions) =>
      pick(word, async (cx) => (await import('../commands/release.ts')).runRelease(cx, names, options)),
    );
}
