import { dirname, join, resolve } from 'node:path';
import { type Line, line, piece } from '@reconcile/core/render';
import { createReadHost } from '@reconcile/host/reading';
import { createHost } from '@reconcile/host/writing';
import { type Imported, type ImportFile, importFiles } from '@reconcile/spec/import';
import { parseSnapshot } from '@reconcile/spec/parse';
import { fail } from '../errors.ts';
import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';

export interface ImportOptions {
  readonly out?: string;
}

/** Most bytes of one foreign file. */
const largest = 4 * 1024 * 1024;

/**
 * Compose and Quadlet files as definitions: printed, or written below `--out`, where nothing is replaced. What is not carried
 * and what a person has to decide goes to stderr, with its line. @throws IMPORT_UNREADABLE IMPORT_EXISTS FILE_*
 */
export async function runImport(cx: CliContext, given: readonly string[], options: ImportOptions): Promise<number> {
  const imported = await importFiles(await Promise.all(given.map((name) => readForeign(cx, name))));
  const problems = await checked(imported);
  if (options.out !== undefined) await write(cx, options.out, imported);
  if (cx.json) {
    cx.printJson({ version: 1, ...imported, problems });
    return exit.converged;
  }
  for (const { path, text } of imported.files) {
    if (options.out === undefined) cx.printText(`# ${path}\n${text}`);
    else cx.print([line(piece('wrote  ', 'good'), piece(join(options.out, path), 'bold'))]);
  }
  cx.tell([...noteLines(imported), ...problems.map((problem) => line(piece('decide       ', 'bad'), problem))]);
  const isOpen = problems.length > 0 || imported.notes.some(({ level }) => level === 'decide');
  const next = isOpen
    ? 'answer what says "decide", then: reconcile validate'
    : 'reconcile validate; commit; reconcile adopt takes over what runs';
  cx.tell([line(piece('next: ', 'dim'), next)]);
  return exit.converged;
}

/** @throws IMPORT_UNREADABLE */
async function readForeign({ cwd }: CliContext, name: string): Promise<ImportFile> {
  const path = resolve(cwd, name);
  const text = await createReadHost().files.text(path, { maxBytes: largest });
  if (text === undefined)
    throw fail('IMPORT_UNREADABLE', { message: `read ${name}`, key: path, actual: 'it is not there' });
  return { name, dir: dirname(path), text };
}

/** What the definitions' own reader has to say of the result: never left for later. */
async function checked({ files }: Imported): Promise<string[]> {
  const encode = (text: string) => new TextEncoder().encode(text);
  const snapshot = new Map([
    ['fleet.toml', encode('name = "imported"\nzone = "example.net"\n')],
    ...files.map(({ path, text }) => [path, encode(text)] as const),
  ]);
  const { diagnostics } = await parseSnapshot(snapshot);
  return diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(
      ({ file, hint, line: at, message, path }) =>
        `${file}:${at}: ${path === '' ? '' : `${path}: `}${message}${hint === undefined ? '' : ` (${hint})`}`,
    );
}

/** @throws IMPORT_EXISTS FILE_* */
async function write({ cwd, env }: CliContext, out: string, { files }: Imported): Promise<void> {
  const host = createHost({ env });
  const paths = files.map(({ path, text }) => ({ path: join(resolve(cwd, out), path), text }));
  for (const { path } of paths) {
    if ((await host.files.stat(path)) !== undefined)
      throw fail('IMPORT_EXISTS', {
        message: `write ${path}`,
        key: path,
        actual: 'it is there',
        hint: 'another --out, or move it away',
      });
  }
  for (const { path, text } of paths) {
    await host.files.makeDir(dirname(path), { mode: 0o755 });
    await host.files.write(path, text, { mode: 0o644 });
  }
}

function noteLines({ notes }: Imported): Line[] {
  const rank = { decide: 0, 'not carried': 1, changed: 2 } as const;
  return [...notes]
    .sort((a, b) => rank[a.level] - rank[b.level] || (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line))
    .map(({ file, key, level, line: at, message }) =>
      line(
        piece(level.padEnd(13), level === 'decide' ? 'bad' : level === 'not carried' ? 'warn' : 'dim'),
        `${file}${at === 0 ? '' : `:${at}`}  `,
        piece(key, 'bold'),
        key === '' ? message : `: ${message}`,
      ),
    );
}
