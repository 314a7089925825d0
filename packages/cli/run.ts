import { CommanderError } from 'commander';
import { type CliContext, cliContext, type GlobalOptions, type Process } from './frame/context.ts';
import { exit } from './frame/exit.ts';
import { install } from './install.ts';
import { type Chosen, program } from './program.ts';

/** One command, from its words to its exit code. Ctrl-C once: finish what is in hand; twice: now. */
export async function runCommandLine(words: readonly string[], from: Process, version: string): Promise<number> {
  let chosen: Chosen | undefined;
  try {
    const choose = (choice: Chosen) => {
      chosen = choice;
    };
    const root = program(version, choose, words);
    await root.parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exit.usage;
    throw error;
  }
  if (chosen === undefined) return exit.usage;
  return carryOut(chosen, from, { version, words });
}

async function carryOut(
  chosen: Chosen,
  from: Process,
  { version, words }: { readonly version: string; readonly words: readonly string[] },
): Promise<number> {
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
    if (chosen.how.isLooking !== true)
      from.stderr.write('stopping: what is in hand is finished first (again: stop now)\n');
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  const cx = cliContext(from, chosen.options as GlobalOptions, {
    install: install(version),
    version,
    signal: stop.signal,
  });
  try {
    const { allNodes, host } = chosen.options;
    if (host !== undefined || allNodes === true) return await goFar(cx, chosen, words);
    if (chosen.how.asksPodman !== true) return await chosen.run(cx);
    const { askEarly } = await import('./frame/early.ts');
    return await chosen.run({ ...cx, early: await askEarly(cx) });
  } catch (error) {
    const { failureJson, failureLines } = await import('./frame/failure.ts');
    if (cx.json) cx.printJson(failureJson(error));
    else cx.tell(failureLines(error));
    return exit.error;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

/** `-H`, `--all-nodes`: about other machines. @throws FAR_* */
async function goFar(cx: CliContext, { how, options, run }: Chosen, words: readonly string[]): Promise<number> {
  const { farWords, runFar, runOnAll } = await import('./far/index.ts');
  const { refuseHere } = await import('./far/here.ts');
  const { allNodes, host } = options;
  refuseHere(how, { allNodes: allNodes === true, host });
  const command = { run, words: how.asksThere === true ? undefined : farWords(words, how.ends) };
  return host === undefined ? runOnAll(cx, command, how) : runFar(cx, host, command);
}
