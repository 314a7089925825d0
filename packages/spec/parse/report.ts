import type { Table } from '../schema/tables.ts';
import type { DiagnosticCode } from './codes.ts';
import type { Path } from './path.ts';

/** Line of a path, once the file's positions are known; undefined when they are not. */
export type LineOf = (path: Path) => number | undefined;

/** A problem by path; it gets its line and column later, and only if there is one. */
export interface Issue {
  readonly severity: 'error' | 'warning';
  readonly code: DiagnosticCode;
  readonly path: Path;
  /** `key`: mark the key's name. `value`: mark what was written. */
  readonly at: 'key' | 'value';
  readonly message: string;
  readonly hint?: string | ((lineOf: LineOf) => string);
  /** A position that is known already (syntax errors), perhaps in another file than the definition. */
  readonly position?: { readonly file?: string; readonly line: number; readonly column: number };
}

/** What a problem says: a sentence, or one with more to it. */
export type Says = string | (Pick<Issue, 'message'> & Partial<Pick<Issue, 'hint' | 'at' | 'position'>>);

/** More than this of one file help nobody. */
export const mostIssues = 100;

/** All problems of one file, in the order they were found. */
export class Report {
  readonly file: string;
  /** Text of the file; '' when it could not be read. */
  readonly text: string;
  /** What the file says, as parsed; undefined while it is not TOML. */
  raw: unknown;
  readonly issues: Issue[] = [];
  #left = 0;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  error(code: DiagnosticCode, path: Path, says: Says): void {
    this.#add('error', { code, path }, says);
  }

  warn(code: DiagnosticCode, path: Path, says: Says): void {
    this.#add('warning', { code, path }, says);
  }

  /** Nothing more will be kept: looking for more is a waste. */
  get isFull(): boolean {
    return this.issues.length >= mostIssues;
  }

  get hasErrors(): boolean {
    return this.#left > 0 || this.issues.some((issue) => issue.severity === 'error');
  }

  #add(severity: Issue['severity'], place: Pick<Issue, 'code' | 'path'>, says: Says): void {
    const details = typeof says === 'string' ? { message: says } : says;
    if (!this.isFull) this.issues.push({ severity, at: 'value', ...place, ...details });
    else if (severity === 'error') this.#left++;
  }
}

/** Where a checked table is, and what its file's tables are. */
export interface Place {
  readonly report: Report;
  readonly path: Path;
  readonly tables: readonly Table[];
}
