import type { Message } from './model.ts';

const fields = [
  'id',
  'incident',
  'state',
  'node',
  'fleet',
  'kind',
  'subject',
  'title',
  'cause',
  'serves',
  'next',
  'since',
  'at',
  'text',
] as const satisfies readonly (keyof Message)[];
type Field = (typeof fields)[number];

const place = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** What is sent. */
export interface Body {
  readonly type: 'application/json' | 'text/plain; charset=utf-8';
  readonly text: string;
}

/** Without a template the message as JSON; one that begins with `{` or `[` is JSON, and what is filled in is escaped as its strings are. */
export function bodyOf(message: Message, template: string | undefined): Body {
  if (template === undefined) return { type: 'application/json', text: JSON.stringify(message) };
  const isJson = looksLikeJson(template);
  const text = template.replace(place, (whole, name: string) => {
    if (!isField(name)) return whole;
    const value = message[name];
    return isJson ? JSON.stringify(value).slice(1, -1) : value;
  });
  return { type: isJson ? 'application/json' : 'text/plain; charset=utf-8', text };
}

/** What is wrong with a template; undefined: nothing. */
export function mistakeOf(template: string): string | undefined {
  const unknown = [...template.matchAll(place)].map(([, name = '']) => name).find((name) => !isField(name));
  if (unknown !== undefined) return `expected one of ${fields.join(', ')} in {{ }}, found ${unknown}`;
  if (!looksLikeJson(template)) return undefined;
  try {
    JSON.parse(template.replace(place, 'x'));
    return undefined;
  } catch {
    return 'expected JSON, with each {{field}} inside a string: it begins like JSON';
  }
}

function looksLikeJson(template: string): boolean {
  return /^\s*(?:\{(?!\{)|\[)/.test(template);
}

function isField(name: string): name is Field {
  return (fields as readonly string[]).includes(name);
}
