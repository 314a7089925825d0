import type { Command } from 'commander';
import type { EventsOptions } from '../commands/events.ts';
import type { HistoryOptions } from '../commands/history.ts';
import type { LogsOptions } from '../commands/logs.ts';
import type { PsOptions } from '../commands/ps.ts';
import { exitCodes, type Pick, plainCodes, states } from './word.ts';

/** ps, status, explain, logs, events, history. */
export function lookWords(root: Command, pick: Pick): void {
  const ps = root.command('ps').description('Every component on one line: state, health, version, why not well');
  ps.argument('[service...]', 'only these: mcr, mcr/api')
    .option('-q, --quiet', 'names only')
    .option('-w, --watch', 'again every 2 s, until Ctrl-C')
    .option('--foreign', 'also the containers that are not ours')
    .addHelpText('after', `\nExample:\n  reconcile ps -w${exitCodes(states)}`)
    .action((names: string[], options: PsOptions) =>
      pick(ps, async (cx) => (await import('../commands/ps.ts')).runPs(cx, names, options), {
        isLooking: true,
        asksThere: true,
        follows: options.watch === true,
      }),
    );

  const status = root.command('status').description('One service from all sides; without a name, this node');
  status
    .argument('[service]', 'mcr, mcr/api')
    .option('--boot', 'what this boot waited for, and how long')
    .addHelpText('after', `\nExample:\n  reconcile status mcr${exitCodes(states)}`)
    .action((name: string | undefined, options: { readonly boot?: boolean }) =>
      pick(
        status,
        async (cx) =>
          options.boot === true
            ? (await import('../commands/status-boot.ts')).runBootStatus(cx, name)
            : (await import('../commands/status.ts')).runStatus(cx, name),
        { asksThere: true },
      ),
    );

  const explain = root.command('explain').description('Why something is as it is: gate by gate, field by field');
  explain
    .argument('<service>', 'mcr, mcr/api, mcr/migrate')
    .addHelpText('after', `\nExample:\n  reconcile explain mcr/api${exitCodes(plainCodes)}`)
    .action((name: string) =>
      pick(explain, async (cx) => (await import('../commands/explain.ts')).runExplain(cx, name), { asksThere: true }),
    );

  const logs = root.command('logs').description('What a service prints, or printed before it was replaced');
  logs
    .argument('<service>', 'mcr, mcr/api, mcr/migrate (a job: its last run)')
    .option('-f, --follow', 'go on, until Ctrl-C')
    .option('--previous', 'of the container before this one')
    .option('-n, --lines <number>', 'the newest this many, or all (default 100)')
    .option('--since <time>', '10m, 2h, 1d or a date')
    .option('-t, --timestamps', 'with the time of each line')
    .addHelpText('after', `\nExample:\n  reconcile logs mcr -f${exitCodes(plainCodes)}`)
    .action((name: string, options: LogsOptions) =>
      pick(logs, async (cx) => (await import('../commands/logs.ts')).runLogs(cx, name, options), {
        isLooking: true,
        asksThere: true,
        follows: options.follow === true,
      }),
    );

  const events = root.command('events').description('What this node did: passes, actions, gates, holds');
  events
    .argument('[service]', 'only of this: mcr, mcr/api')
    .option('-n, --lines <number>', 'the newest this many, or all (default 50)')
    .option('--since <time>', '10m, 2h, 1d or a date')
    .option('-v, --verbose', 'also what was begun or skipped')
    .option('-f, --follow', 'then what happens, until Ctrl-C; needs the agent')
    .addHelpText('after', `\nExample:\n  reconcile events --since 1h${exitCodes(plainCodes)}`)
    .action((name: string | undefined, options: EventsOptions) =>
      pick(events, async (cx) => (await import('../commands/events.ts')).runEvents(cx, name, options), {
        isLooking: options.follow === true,
        asksThere: true,
        follows: options.follow === true,
      }),
    );

  const history = root
    .command('history')
    .description('What happened to services: versions, restarts, rollbacks, by whom');
  history
    .argument('[service]', 'only of this: mcr, mcr/api')
    .option('-n, --lines <number>', 'the newest this many, or all (default 30)')
    .addHelpText('after', `\nExample:\n  reconcile history mcr${exitCodes(plainCodes)}`)
    .action((name: string | undefined, options: HistoryOptions) =>
      pick(history, async (cx) => (await import('../commands/history.ts')).runHistory(cx, name, options), {
        asksThere: true,
      }),
    );
}
