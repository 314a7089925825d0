import { isDeepStrictEqual } from 'node:util';
import { parse } from 'smol-toml';
import { type Path, valueAt } from '../parse/path.ts';
import { type Positions, readPositions } from '../parse/positions.ts';
import { type EditValue, keyText, literal } from './literal.ts';
import { resolve } from './resolve.ts';

/** The text with the change and nothing else changed, or why it cannot be made here. */
export type EditResult = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string };

const byteOrderMark = '\uFEFF';

/**
 * Sets one value of a definition, by names as diagnostics write them (`['components', 'web', 'image']`; a one-component
 * file may be addressed either way). Comments, order and formatting stay. The result is read again and compared: what is
 * returned differs from the text before by this value alone.
 */
export function setField(text: string, path: readonly string[], value: EditValue): EditResult {
  const mark = text.startsWith(byteOrderMark) ? byteOrderMark : '';
  const body = text.slice(mark.length);
  const before = read(body);
  const positions = before === undefined ? undefined : readPositions(body);
  if (before === undefined || positions === undefined) return { ok: false, reason: 'the file is not valid TOML' };
  const target = resolve(before, path);
  if (!target.ok) return target;

  const { at, written } =
    target.listed === undefined
      ? { at: target.path, written: value }
      : inList(before, target.path, { name: target.listed, value });
  if (isDeepStrictEqual(valueAt(before, at), written)) return { ok: true, text };
  const edited = apply(body, { at, written }, positions);
  const after = edited === undefined ? undefined : read(edited);
  if (edited === undefined || after === undefined || !isDeepStrictEqual(after, changed(before, at, written))) {
    return {
      ok: false,
      reason: `${path.join('.')} is written in a way that cannot be edited without touching more; change it by hand`,
    };
  }
  return { ok: true, text: mark + edited };
}

/** Without prototypes, as the parser gives them: copies stay comparable. */
function read(text: string): Record<string, unknown> | undefined {
  try {
    return parse(text, { unsafeKeyBehaviour: 'throw' });
  } catch {
    return undefined;
  }
}

/** `KEY=VALUE` in a list: the element that sets the name, else one more. */
function inList(
  root: unknown,
  path: Path,
  set: { readonly name: string; readonly value: EditValue },
): { at: Path; written: EditValue } {
  const list = valueAt(root, path) as readonly unknown[];
  const index = list.findIndex((entry) => typeof entry === 'string' && entry.startsWith(`${set.name}=`));
  return { at: [...path, index < 0 ? list.length : index], written: `${set.name}=${String(set.value)}` };
}

interface Change {
  readonly at: Path;
  readonly written: EditValue;
}

function apply(text: string, { at, written }: Change, positions: Positions): string | undefined {
  const spot = positions.spot(at);
  if (spot !== undefined) {
    const isPlain = spot.range !== undefined && !spot.isInline;
    return isPlain ? splice(text, spot.range, literal(written)) : undefined;
  }
  if (typeof at.at(-1) === 'number') return append(text, { at, written }, positions);
  return insert(text, { at, written }, positions);
}

/** A new last element: on a line of its own where the last one has one, and then behind that one's comment. */
function append(text: string, { at, written }: Change, positions: Positions): string | undefined {
  const list = positions.spot(at.slice(0, -1))?.range;
  if (list === undefined) return undefined;
  const last = positions.spot([...at.slice(0, -1), Number(at.at(-1)) - 1])?.range;
  if (last === undefined) return splice(text, list, `[${literal(written)}]`);
  const [start, end] = last;
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  const lineEnd = text.indexOf('\n', end);
  if (indent.trim() !== '' || lineEnd < 0 || lineEnd > list[1])
    return splice(text, [end, end], `, ${literal(written)}`);
  const hasComma = /^[ \t]*,/.test(text.slice(end));
  const line = `${indent}${literal(written)}${hasComma ? ',' : ''}${newline(text)}`;
  return splice(splice(text, [lineEnd + 1, lineEnd + 1], line), [end, end], hasComma ? '' : ',');
}

/** A new key: at the end of its table's own lines; below a table that is not there, with a dotted name. */
function insert(text: string, { at, written }: Change, positions: Positions): string | undefined {
  for (let length = at.length - 1; length >= 0; length--) {
    const table = at.slice(0, length);
    const spot = positions.spot(table);
    if (length > 0 && (spot === undefined || spot.type === 'implied')) continue;
    const pair = `${at
      .slice(length)
      .map((key) => keyText(String(key)))
      .join('.')} = ${literal(written)}`;
    if (spot?.isInline === true && spot.range !== undefined) return insertInline(text, spot.range, pair);
    if (spot !== undefined && spot.type !== 'header') return undefined;
    const after = positions.lastLine(table) ?? spot?.whole;
    return after === undefined ? `${pair}${newline(text)}${text}` : insertLine(text, after, pair);
  }
  return undefined;
}

function insertInline(text: string, [start, end]: readonly [number, number], pair: string): string {
  const inside = text.slice(start + 1, end - 1);
  if (inside.trim() === '') return splice(text, [start, end], `{ ${pair} }`);
  const kept = start + 1 + inside.trimEnd().length;
  return splice(text, [kept, kept], `, ${pair}`);
}

/** On a line of its own below another one, indented like it. */
function insertLine(text: string, [start, end]: readonly [number, number], pair: string): string {
  const indent = /[ \t]*$/.exec(text.slice(text.lastIndexOf('\n', start - 1) + 1, start))?.[0] ?? '';
  const lineEnd = text.indexOf('\n', end);
  if (lineEnd < 0) return `${text}${newline(text)}${indent}${pair}${newline(text)}`;
  return splice(text, [lineEnd + 1, lineEnd + 1], `${indent}${pair}${newline(text)}`);
}

function newline(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

function splice(text: string, [start, end]: readonly [number, number], by: string): string {
  return text.slice(0, start) + by + text.slice(end);
}

/** What the file must say afterwards. */
function changed(root: Record<string, unknown>, at: Path, written: EditValue): unknown {
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy);
    if (typeof value !== 'object' || value === null || value instanceof Date) return value;
    return Object.assign(
      Object.create(null) as object,
      Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, copy(entry)])),
    );
  };
  const result = copy(root);
  let table = result as Record<string | number, unknown>;
  for (const key of at.slice(0, -1)) {
    table[key] ??= Object.create(null) as object;
    table = table[key] as Record<string | number, unknown>;
  }
  const key = at.at(-1);
  if (key !== undefined) table[key] = typeof written === 'object' ? [...written] : written;
  return result;
}
