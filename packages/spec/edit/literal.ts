/** What can be written into a definition. */
export type EditValue = string | number | boolean | readonly string[];

/** A value as TOML writes it, on one line. */
export function literal(value: EditValue): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return String(value);
  return `[${value.map(quoted).join(', ')}]`;
}

/** JSON's escapes are TOML's, but for DEL, which TOML wants escaped. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll('\x7f', '\\u007F');
}

/** A key as TOML writes it. */
export function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : quoted(key);
}
