import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { type Chosen, program } from './program.ts';

/** What the words come to: the options of the chosen command, or how it was refused. */
async function outcome(words: readonly string[], among?: readonly string[]): Promise<unknown> {
  const said: string[] = [];
  let chosen: Chosen | undefined;
  const choose = (choice: Chosen) => {
    chosen = choice;
  };
  const root = program('0.0.0', choose, among);
  const output = { writeOut: (text: string) => said.push(text), writeErr: (text: string) => said.push(text) };
  const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
  for (const command of all(root)) command.exitOverride().configureOutput(output);
  const error = await root.parseAsync([...words], { from: 'user' }).then(
    () => undefined,
    (cause: unknown) => String(cause),
  );
  return { options: chosen?.options, how: chosen?.how.isLooking, error, said };
}

describe('only what the words can mean is made', () => {
  test.each([
    [[]],
    [['-n']],
    [['-n', '--json']],
    [['-y']],
    [['--help']],
    [['-h']],
    [['-nh']],
    [['--version']],
    [['--nonsense']],
    [['-H']],
    [['-H', 'rift', 'status']],
    [['--config', '/x', 'apply']],
    [['--json', 'ps']],
    [['apply', '-y']],
    [['apply', '--help']],
    [['apply', '--nonsense']],
    [['plan', '--json']],
    [['plan', '-h']],
    [['aply']],
    [['status']],
    [['help', 'apply']],
  ])('%j means the same as among all words', async (words) => {
    expect(await outcome(words, words)).toEqual(await outcome(words));
  });

  test('a pass makes no other command', () => {
    expect(program('0.0.0', () => undefined, ['-y']).commands).toHaveLength(0);
  });
});
