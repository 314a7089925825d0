import type { EditValue } from '@reconcile/spec/edit';
import { fail } from '../errors.ts';

/** `web.env.LEVEL=debug`: one field of a definition and what it is to be. */
export interface Assignment {
  /** As it was written, without the value: for messages. */
  readonly field: string;
  readonly path: readonly string[];
  /** What the text may mean, the likeliest first: `8080` is a number or a text, by what the field takes. */
  readonly values: readonly EditValue[];
  readonly text: string;
}

/** A segment in quotes may hold dots: `labels."example.net/x"`. */
const fieldPattern = /^(?:[^."=]*|"[^"]*")(?:\.(?:[^."=]*|"[^"]*"))*(?==)/;

/** @throws SET_SYNTAX */
export function parseAssignment(word: string): Assignment {
  const field = fieldPattern.exec(word)?.[0] ?? '';
  if (field === '') {
    throw fail('SET_SYNTAX', {
      message: `set ${word}`,
      wanted: 'field=value, such as image=registry.example.net/web:1.2 or web.env.LEVEL=debug',
      actual: word,
      hint: 'reconcile set --help',
    });
  }
  const path = [...field.matchAll(/"([^"]*)"|([^.]+)|(?<=\.)(?=\.)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );
  const text = word.slice(field.length + 1);
  return { field, path, text, values: valuesOf(path, text) };
}

/** Tables whose values are texts, whatever they look like. */
const textTables = new Set(['env', 'labels', 'headers', 'options', 'images']);

function valuesOf(path: readonly string[], text: string): readonly EditValue[] {
  const plain = plainValue(text);
  if (typeof plain === 'string') return [plain];
  return textTables.has(path.at(-2) ?? '') ? [text] : plain === undefined ? [text] : [plain, text];
}

/** A number, a boolean, a list of texts or a quoted text; undefined: just a text. `1.10` is no number: it would lose its 0. */
function plainValue(text: string): EditValue | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value === 'boolean') return value;
  // Blanks before a quote are part of the text.
  if (typeof value === 'string') return text.startsWith('"') ? value : undefined;
  if (typeof value === 'number') return String(value) === text ? value : undefined;
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string') ? value : undefined;
}
