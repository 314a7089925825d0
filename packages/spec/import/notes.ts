import type { ImportNote } from './model.ts';

/** Notes about one file, each with its line. */
export class Notes {
  readonly #file: string;
  readonly #lineOf: (path: readonly (string | number)[]) => number;
  readonly all: ImportNote[] = [];

  constructor(file: string, lineOf: (path: readonly (string | number)[]) => number) {
    this.#file = file;
    this.#lineOf = lineOf;
  }

  decide(path: readonly (string | number)[], message: string): void {
    this.#add('decide', path, message);
  }

  lost(path: readonly (string | number)[], message: string): void {
    this.#add('not carried', path, message);
  }

  changed(path: readonly (string | number)[], message: string): void {
    this.#add('changed', path, message);
  }

  #add(level: ImportNote['level'], path: readonly (string | number)[], message: string): void {
    this.all.push({ level, file: this.#file, line: this.#lineOf(path), key: path.join('.'), message });
  }
}
