import { splitWords } from './words.ts';

// The forms in which Compose writes one and the same (the Compose Specification), as plain values. undefined: not understood.

export type Plain = Readonly<Record<string, unknown>>;

export function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function scalarText(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

export function texts(value: unknown): string[] | undefined {
  const list = Array.isArray(value) ? value : [value];
  const found = list.map(scalarText);
  return found.every((one) => one !== undefined) ? found : undefined;
}

/** `["A=1"]` or `{ A: 1 }`; a name alone has no value here. */
export function assignments(value: unknown): { values: Record<string, string>; unset: string[] } | undefined {
  const values: Record<string, string> = {};
  const unset: string[] = [];
  if (isPlain(value)) {
    for (const [key, entry] of Object.entries(value)) {
      const text = scalarText(entry);
      if (text === undefined) unset.push(key);
      else values[key] = text;
    }
    return { values, unset };
  }
  const list = texts(value ?? []);
  if (list === undefined) return undefined;
  for (const entry of list) {
    const cut = entry.indexOf('=');
    if (cut < 0) unset.push(entry);
    else values[entry.slice(0, cut)] = entry.slice(cut + 1);
  }
  return { values, unset };
}

/** A list, or a line that a shell would cut. */
export function commandWords(value: unknown): string[] | undefined {
  return typeof value === 'string' ? splitWords(value) : texts(value);
}

/** `${NAME:-default}` with its default; names without one. `$$` is a `$`. */
export function fillVariables(text: string): { readonly text: string; readonly missing: readonly string[] } {
  const missing: string[] = [];
  const pattern = /\$\$|\$\{(?<braced>[A-Za-z_]\w*)(?:(?<how>:?[-?+])(?<given>[^}]*))?\}|\$(?<bare>[A-Za-z_]\w*)/g;
  const filled = text.replace(pattern, (all: string, ...more: unknown[]) => {
    if (all === '$$') return '$';
    const { bare, braced, given, how } = more.at(-1) as Readonly<Record<string, string | undefined>>;
    if (how?.endsWith('-') === true) return given ?? '';
    if (how?.endsWith('+') === true) return '';
    missing.push(braced ?? bare ?? '');
    return all;
  });
  return { text: filled, missing };
}

/** `8080:80`, `127.0.0.1:8080:80/udp`, `{ target, published }`; '' where the host's port is left to chance. */
export function portText(value: unknown): string | undefined {
  if (isPlain(value)) {
    const target = scalarText(value.target);
    const published = scalarText(value.published);
    const protocol = scalarText(value.protocol);
    if (target === undefined) return undefined;
    if (published === undefined) return '';
    const ip = scalarText(value.host_ip);
    const end = protocol === undefined || protocol === 'tcp' ? '' : `/${protocol}`;
    return `${ip === undefined ? '' : `${ip.includes(':') ? `[${ip}]` : ip}:`}${published}:${target}${end}`;
  }
  const text = scalarText(value);
  if (text === undefined) return undefined;
  return /^\d+(-\d+)?(\/\w+)?$/.test(text) ? '' : text.replace(/\/tcp$/, '');
}

/** `1m30s`, or seconds → whole seconds as our own text. */
export function durationText(value: unknown): string | undefined {
  const text = scalarText(value);
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return `${text}s`;
  return /^(?:\d+(?:\.\d+)?(?:us|ms|s|m|h))+$/.test(text) ? text : undefined;
}
