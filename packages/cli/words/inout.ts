import { type Command, Option } from 'commander';
import type { AdoptOptions } from '../commands/adopt.ts';
import type { ImportOptions } from '../commands/import.ts';
import type { InstallOptions } from '../commands/install.ts';
import type { ReleaseOptions } from '../commands/release.ts';
import { exitCodes, type Pick, plainCodes, states } from './word.ts';

/** install, import, release: how a machine and its services come to us, and how they leave. */
export function inoutWords(root: Command, pick: Pick): void {
  installWord(root, pick);
  importWord(root, pick);
  adoptWord(root, pick);
  releaseWord(root, pick);
  secretWord(root, pick);
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
      pick(word, async (cx) => (await import('../commands/import.ts')).runImport(cx, files, options), {
        staysHere: true,
      }),
    );
}

function adoptWord(root: Command, pick: Pick): void {
  const word = root.command('adopt').description('Take over running containers that somebody else made, as they are');
  word
    .argument('[slot]', 'service or service/component; without it: what each container would come to')
    .argument('[container]', 'name or id, where several would do')
    .option('--restart', 'also one that differs from the definition: the pass replaces it')
    .addHelpText(
      'after',
      `
Examples:
  reconcile adopt                 says it of each: as it is, one restart, or not possible
  reconcile adopt mcr/api my-mcr  from now on ours; its process goes on
${exitCodes(states)}`,
    )
    .action((slot: string | undefined, container: string | undefined, options: AdoptOptions) =>
      pick(word, async (cx) => (await import('../commands/adopt.ts')).runAdopt(cx, slot, container, options), {
        asksPodman: true,
      }),
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

function secretWord(root: Command, pick: Pick): void {
  const secret = root.command('secret').description('Values for the repository, encrypted with age for its nodes');
  const set = secret.command('set').description('Take a value from stdin, encrypt and commit it as secrets/<name>.age');
  set
    .argument('<name>', 'as components name it')
    .addHelpText('after', `\nExample:\n  reconcile secret set db-pass <db-pass.txt${exitCodes(plainCodes)}`)
    .action((name: string) =>
      pick(set, async (cx) => (await import('../commands/secret.ts')).runSecretSet(cx, name, false), {
        staysHere: true,
      }),
    );
  const rotate = secret
    .command('rotate')
    .description('The same for one that is there; the pass makes exactly who uses it anew');
  rotate
    .argument('<name>', 'as components name it')
    .addHelpText(
      'after',
      `\nExample:\n  openssl rand -hex 32 | reconcile secret rotate db-pass${exitCodes(plainCodes)}`,
    )
    .action((name: string) =>
      pick(rotate, async (cx) => (await import('../commands/secret.ts')).runSecretSet(cx, name, true), {
        staysHere: true,
      }),
    );
  const list = secret.command('list').description('Names, where each value comes from, who uses it');
  list
    .addHelpText('after', `\nExample:\n  reconcile secret list${exitCodes(plainCodes)}`)
    .action(() => pick(list, async (cx) => (await import('../commands/secret.ts')).runSecretList(cx)));
  const key = secret
    .command('key')
    .description('Print what others encrypt to for this node; makes its key if there is none');
  key
    .addHelpText('after', `\nExample:\n  reconcile secret key >>secrets/recipients.txt${exitCodes(plainCodes)}`)
    .action(() => pick(key, async (cx) => (await import('../commands/secret.ts')).runSecretKey(cx)));
}
