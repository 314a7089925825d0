import { Argument, type Command, Option } from 'commander';
import type { Shell } from '../commands/completion.ts';
import type { NameKind } from '../commands/completion-names.ts';
import type { RenderOptions } from '../commands/render.ts';
import type { SchemaFile } from '../commands/schema.ts';
import { exitCodes, type Pick, plainCodes } from './word.ts';

/** init, validate, schema, render, completion. */
export function offlineWords(root: Command, pick: Pick): void {
  initWord(root, pick);
  validateWord(root, pick);
  schemaWord(root, pick);
  const render = root
    .command('render')
    .description('Print podman run lines or Quadlet files for when this program is not there');
  render
    .argument('[service...]', 'mcr, mcr/api; without any, all of this node')
    .addOption(new Option('--as <form>', 'which commands').choices(['podman', 'quadlet']).default('podman'))
    .addHelpText('after', `\nExample:\n  reconcile render mcr --as podman${exitCodes(plainCodes)}`)
    .action((names: string[], options: RenderOptions) =>
      pick(render, async (cx) => (await import('../commands/render.ts')).runRender(cx, names, options)),
    );
  completionWords(root, pick);
}

function initWord(root: Command, pick: Pick): void {
  const init = root.command('init').description('Begin: this machine as a node, and a fleet with a first service');
  init
    .argument('[dir]', 'keep it all in one directory (default ~/.config/reconcile and ~/fleet)')
    .addHelpText('after', `\nExample:\n  reconcile init try && cd try && reconcile plan${exitCodes(plainCodes)}`)
    .action((dir: string | undefined) =>
      pick(init, async (cx) => (await import('../commands/init.ts')).runInit(cx, dir), { staysHere: true }),
    );
}

function validateWord(root: Command, pick: Pick): void {
  const validate = root
    .command('validate')
    .description('Check definitions as they lie there, before they are committed');
  validate
    .argument('[path...]', 'a fleet, a service file (checked with its fleet), a node.toml; default: your checkout')
    .addHelpText(
      'after',
      `
Examples:
  reconcile validate                      your checkout: where you stand, --repo …
  reconcile validate services/web.toml    one file, checked with its fleet
As a hook of the fleet's repository, so that no commit has a mistake:
  printf '#!/bin/sh\\nexec reconcile validate\\n' >.git/hooks/pre-commit
  chmod +x .git/hooks/pre-commit
${exitCodes('0 no errors (warnings are shown), 1 errors, or nothing to read')}`,
    )
    .action((paths: string[]) =>
      pick(validate, async (cx) => (await import('../commands/validate.ts')).runValidate(cx, paths), {
        staysHere: true,
      }),
    );
}

function schemaWord(root: Command, pick: Pick): void {
  const schema = root.command('schema').description('Print the JSON Schema of a file, for editors');
  schema
    .addArgument(new Argument('[file]', 'of which').choices(['service', 'fleet', 'node']).default('service'))
    .addHelpText(
      'after',
      `
Example:
  reconcile schema service >service.schema.json
Editors take it from a definition's first line: #:schema ../service.schema.json
${exitCodes(plainCodes)}`,
    )
    .action((file: SchemaFile) =>
      pick(schema, async (cx) => (await import('../commands/schema.ts')).runSchema(cx, file), { staysHere: true }),
    );
}

function completionWords(root: Command, pick: Pick): void {
  const completion = root.command('completion').description('Print the completion script of a shell');
  completion
    .addArgument(new Argument('<shell>', 'which').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      `
Examples:
  source <(reconcile completion bash)    now; its first lines say how for good
  reconcile completion fish | source
${exitCodes(plainCodes)}`,
    )
    .action((shell: Shell) =>
      pick(completion, async (cx) => (await import('../commands/completion.ts')).runCompletion(cx, shell, root), {
        staysHere: true,
      }),
    );
  // What the scripts ask for names.
  const names = root.command('__names', { hidden: true });
  names
    .argument('<kind>')
    .argument('[typed]')
    .action((kind: NameKind, typed: string | undefined) =>
      pick(names, async (cx) => (await import('../commands/completion-names.ts')).runNames(cx, kind, typed ?? ''), {
        staysHere: true,
      }),
    );
}
