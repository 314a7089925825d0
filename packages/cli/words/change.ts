import type { Command } from 'commander';
import type { OverrideOptions } from '../commands/override.ts';
import type { RequestOptions } from '../commands/request.ts';
import type { RollbackOptions } from '../commands/rollback.ts';
import type { EditOptions } from '../edit/run-edit.ts';
import { exitCodes, type Pick, plainCodes, states } from './word.ts';

/** deploy, stop, start, undeploy, set, rollback: desired state. restart, retry, run: requests to this node. */
export function changeWords(root: Command, pick: Pick): void {
  deployWord(root, pick);
  activeWords(root, pick);
  setWord(root, pick);
  rollbackWord(root, pick);
  requestWords(root, pick);
  freezeWords(root, pick);
}

function deployWord(root: Command, pick: Pick): void {
  const deploy = root
    .command('deploy')
    .description('Make FILE the definition of a service; without FILE: converge it now');
  editOptions(deploy)
    .argument('<service>', 'its name')
    .argument('[file]', 'a definition')
    .addHelpText('after', help('reconcile deploy web ./web.toml'))
    .action((service: string, file: string | undefined, options: EditOptions) =>
      pick(deploy, async (cx) => (await import('../commands/deploy.ts')).runDeploy(cx, service, { file, options }), {
        asksThere: true,
        edits: file !== undefined,
      }),
    );
}

function activeWords(root: Command, pick: Pick): void {
  const words = [
    { verb: 'stop', active: false, says: 'Stop a service and keep it: active = false; ports and data stay' },
    { verb: 'start', active: true, says: 'Start a stopped service: active = true' },
  ];
  for (const { active, says, verb } of words) {
    const command = root.command(verb).description(says);
    editOptions(command).option('--local', 'on this node alone, without a commit; it survives reboots');
    if (!active) command.option('--for <span>', 'with --local: until then (2h, 1d)');
    command
      .argument('<service>', 'its name')
      .addHelpText('after', help(`reconcile ${verb} web`))
      .action((service: string, options: EditOptions & OverrideOptions & { local?: boolean }) =>
        pick(
          command,
          async (cx) =>
            options.local === true
              ? (await import('../commands/override.ts')).runLocal(cx, active ? 'start' : 'stop', {
                  name: service,
                  options,
                })
              : (await import('../commands/active.ts')).runActive(cx, service, { ...options, active }),
          { asksThere: true, edits: options.local !== true },
        ),
      );
  }
  const undeploy = root.command('undeploy').description('Remove a service from the fleet; its data stays');
  editOptions(undeploy)
    .argument('<service>', 'its name')
    .addHelpText('after', help('reconcile undeploy web'))
    .action((service: string, options: EditOptions) =>
      pick(undeploy, async (cx) => (await import('../commands/undeploy.ts')).runUndeploy(cx, service, options), {
        asksThere: true,
        edits: true,
      }),
    );
}

function setWord(root: Command, pick: Pick): void {
  const set = root
    .command('set')
    .description('Change fields of a definition: image, memory, env.KEY, component.field …');
  editOptions(set)
    .argument('<service>', 'its name, or service/component')
    .argument('<field=value...>', 'what to change, all in one commit')
    .addHelpText('after', help('reconcile set web image=registry.example.net/web:1.2 env.LEVEL=debug'))
    .action((service: string, words: string[], options: EditOptions) =>
      pick(set, async (cx) => (await import('../commands/set.ts')).runSet(cx, service, { words, options }), {
        asksThere: true,
        edits: true,
      }),
    );
}

function rollbackWord(root: Command, pick: Pick): void {
  const rollback = root
    .command('rollback')
    .description('Bring an earlier version of a definition back, as a new commit');
  editOptions(rollback)
    .argument('<service>', 'its name')
    .option('--to <version>', 'a commit, or an image tag (default: the last good version, else the one before)')
    .addHelpText('after', help('reconcile rollback web --to 1.4.2'))
    .action((service: string, options: RollbackOptions) =>
      pick(rollback, async (cx) => (await import('../commands/rollback.ts')).runRollback(cx, service, options), {
        asksThere: true,
        edits: true,
      }),
    );
}

/** freeze, thaw: nothing changes here until a person says so, or the time is over. */
function freezeWords(root: Command, pick: Pick): void {
  const freeze = root
    .command('freeze')
    .description('Change nothing here, of a service or at all, whatever is committed');
  requestOptions(freeze)
    .argument('[service]', 'only this one')
    .option('--for <span>', 'until then: 90s, 10m, 2h, 1d (default: until thaw)')
    .addHelpText('after', `\nExample:\n  reconcile freeze web --for 2h -m 'looking into it'${exitCodes(plainCodes)}`)
    .action((name: string | undefined, options: OverrideOptions) =>
      pick(freeze, async (cx) => (await import('../commands/override.ts')).runFreeze(cx, 'freeze', { name, options }), {
        asksThere: true,
      }),
    );
  const thaw = root.command('thaw').description('End a freeze; without a name, all of them');
  thaw
    .argument('[service]', 'only this one')
    .addHelpText('after', `\nExample:\n  reconcile thaw web${exitCodes(plainCodes)}`)
    .action((name: string | undefined) =>
      pick(thaw, async (cx) => (await import('../commands/override.ts')).runFreeze(cx, 'thaw', { name, options: {} }), {
        asksThere: true,
      }),
    );
}

function requestWords(root: Command, pick: Pick): void {
  const restart = root.command('restart').description('Stop and start the containers of a service; nothing is changed');
  requestOptions(restart)
    .argument('<name>', 'service, or service/component')
    .addHelpText('after', help("reconcile restart web/api -m 'new certificate'"))
    .action((name: string, options: RequestOptions) =>
      pick(restart, async (cx) => (await import('../commands/restart.ts')).runRestart(cx, name, options), {
        asksThere: true,
      }),
    );

  const retry = root
    .command('retry')
    .description('Forget what failed before and try again: bad versions, backoff, jobs');
  requestOptions(retry)
    .argument('<name>', 'service, service/component or service/job')
    .addHelpText('after', help('reconcile retry web'))
    .action((name: string, options: RequestOptions) =>
      pick(retry, async (cx) => (await import('../commands/retry.ts')).runRetry(cx, name, options), {
        asksThere: true,
      }),
    );

  const run = root.command('run').description('Run a job once, now; its output and exit code are the answer');
  requestOptions(run)
    .argument('<job>', 'service/job')
    .addHelpText(
      'after',
      `\nExample:\n  reconcile run mcr/migrate${exitCodes("the job's own; 1 when it could not be run")}`,
    )
    .action((name: string, options: RequestOptions) =>
      pick(run, async (cx) => (await import('../commands/run-job.ts')).runJob(cx, name, options), { asksThere: true }),
    );
}

const help = (example: string) => `\nExample:\n  ${example}${exitCodes(states)}`;

function editOptions(command: Command): Command {
  return command
    .option('-y, --yes', 'do not ask before committing')
    .option('-m, --message <text>', 'subject of the commit');
}

function requestOptions(command: Command): Command {
  return command.option('-m, --message <why>', 'why, for the record');
}
