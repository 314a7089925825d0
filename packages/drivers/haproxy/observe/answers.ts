import { fail } from '../errors.ts';
import { fingerprint, parseEarly } from './running.ts';

/**
 * Answers to several `show` commands as they come, cut apart while HAProxy still collects the rest: with 500 certificates it
 * takes longer than we do. It ends every answer with an empty line and has none within these.
 */
export class Answers {
  readonly #commands: readonly string[];
  readonly #isInteractive: boolean;
  readonly #found: string[][] = [];
  /** What came and is not yet a whole answer. */
  #rest = '';
  /** What stands before the next answer was cut off. */
  #isBegun = false;
  /** Up to here no end was found in the rest. */
  #searched = 0;

  constructor(commands: readonly string[], isInteractive: boolean) {
    this.#commands = commands;
    this.#isInteractive = isInteractive;
  }

  add(part: string): void {
    this.#rest += part;
    for (let end = this.#end(); end !== undefined; end = this.#end()) {
      const command = this.#commands[this.#found.length] ?? '';
      const lines = end === 0 ? [] : linesOf(command, this.#rest.slice(0, end - 1));
      this.#found.push(lines);
      this.#rest = this.#rest.slice(end + 1);
      this.#isBegun = false;
      this.#searched = 0;
      parseEarly(command, lines);
    }
  }

  /** @throws HAPROXY_GARBLED */
  all(): string[][] {
    const missing = this.#commands[this.#found.length];
    if (missing === undefined) return this.#found;
    throw fail('HAPROXY_GARBLED', { message: `read ${missing}`, actual: 'an answer without an end' });
  }

  /** Where the empty line stands that ends the next answer. */
  #end(): number | undefined {
    if (this.#found.length === this.#commands.length || !this.#begin()) return undefined;
    if (this.#rest.startsWith('\n')) return 0;
    const end = this.#rest.indexOf('\n\n', this.#searched);
    if (end < 0) this.#searched = Math.max(0, this.#rest.length - 1);
    return end < 0 ? undefined : end + 1;
  }

  /** The interactive mode prints a prompt before the answer to each line. */
  #begin(): boolean {
    if (!this.#isInteractive || this.#isBegun) return true;
    const prompt = this.#rest.startsWith('\n') && this.#found.length === 0 ? '\n> ' : '> ';
    if (this.#rest.length < prompt.length && prompt.startsWith(this.#rest)) return false;
    if (this.#rest.startsWith(prompt)) this.#rest = this.#rest.slice(prompt.length);
    this.#isBegun = true;
    return true;
  }
}

/** Of a certificate only what is read of it: there are hundreds, and a dozen lines of each. */
function linesOf(command: string, answer: string): string[] {
  if (!command.startsWith('show ssl cert ') || !answer.startsWith('Filename: ')) return answer.split('\n');
  const lineAt = (at: number) =>
    at < 0 ? [] : [answer.slice(at, (answer.indexOf('\n', at) + 1 || answer.length + 1) - 1)];
  return [...lineAt(0), ...lineAt(answer.indexOf(`\n${fingerprint}`) + 1 || -1)];
}
