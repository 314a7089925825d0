import type { Argument, Command, Option } from 'commander';

/** What may follow: names that a word of ours prints, the shell's own files, or one of a few words. */
export type Take = 'service' | 'job' | 'stage' | 'node' | 'file' | 'directory' | 'text' | readonly string[];

export interface OptionModel {
  /** `-s`, `--service`. */
  readonly flags: readonly string[];
  readonly says: string;
  /** undefined: it takes no value. */
  readonly takes: Take | undefined;
}

export interface WordModel {
  /** `plan`, `cert list`; '' for the program itself. */
  readonly path: string;
  readonly says: string;
  readonly options: readonly OptionModel[];
  readonly takes: readonly Take[];
  /** The last of `takes` may come again. */
  readonly again: boolean;
  readonly words: readonly WordModel[];
}

/** The command line as a completion sees it, read off the commands themselves: a new one needs nothing here. */
export function completionModel(command: Command, path: readonly string[] = []): WordModel {
  const { commands, options, registeredArguments } = command;
  // The program's own argument is only there to say that a word is unknown.
  const given = path.length === 0 ? [] : registeredArguments;
  return {
    path: path.join(' '),
    says: command.description(),
    options: [...options.filter((option) => !option.hidden).map(optionModel), help],
    takes: given.map(takesOf),
    again: given.at(-1)?.variadic === true,
    words: commands.filter((word) => !isHidden(word)).map((word) => completionModel(word, [...path, word.name()])),
  };
}

const help: OptionModel = { flags: ['-h', '--help'], says: 'how it is used', takes: undefined };

/** commander keeps this to itself; names with two underscores are never shown. */
function isHidden(word: Command): boolean {
  return word.name().startsWith('__');
}

function optionModel(option: Option): OptionModel {
  const flags = [option.short, option.long].filter((flag) => flag !== undefined);
  const takesOne = option.required || option.optional;
  const takes = option.argChoices ?? byOption[option.long ?? ''] ?? 'text';
  return { flags, says: option.description, takes: takesOne ? takes : undefined };
}

function takesOf(argument: Argument): Take {
  return argument.argChoices ?? byArgument[argument.name()] ?? 'text';
}

const byOption: Readonly<Record<string, Take>> = {
  '--config': 'file',
  '--host': 'node',
  '--out': 'file',
  '--repo': 'directory',
  '--service': 'service',
  '--stage': 'stage',
};

const byArgument: Readonly<Record<string, Take>> = {
  service: 'service',
  name: 'service',
  job: 'job',
  file: 'file',
  plan: 'file',
  path: 'file',
  dir: 'directory',
};

/** The word and all below it. */
export function allWords(model: WordModel): WordModel[] {
  return [model, ...model.words.flatMap(allWords)];
}

/** An option that takes a value, and the words that know it in this sense. */
export interface ValuedOption {
  readonly flags: readonly string[];
  readonly take: Take;
  readonly words: 'all' | readonly string[];
}

/** Every option with a value, once; `-n` is one thing here and another there. */
export function valued(model: WordModel): ValuedOption[] {
  const words = allWords(model);
  const found = new Map<string, { flags: readonly string[]; take: Take; words: string[] }>();
  for (const word of words) {
    for (const { flags, takes } of word.options) {
      if (takes === undefined) continue;
      const key = `${flags.join(' ')} ${takeText(takes)}`;
      const one = found.get(key) ?? { flags, take: takes, words: [] };
      one.words.push(word.path);
      found.set(key, one);
    }
  }
  return [...found.values()].map((one) => (one.words.length === words.length ? { ...one, words: 'all' } : one));
}

/** As the scripts pass it on: `service`, `=text json`. */
export function takeText(take: Take): string {
  return typeof take === 'string' ? take : `=${take.join(' ')}`;
}
