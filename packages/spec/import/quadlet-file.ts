/** One `Key=value` of a unit file, continued lines joined. */
export interface UnitEntry {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

/** systemd.syntax(7): sections, comments, continuation by a backslash at the line's end. Empty values reset what came before. */
export function readUnit(text: string): UnitEntry[] {
  const entries: UnitEntry[] = [];
  const lines = text.split(/\r?\n/);
  let section = '';
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1;
    let whole = lines[at] ?? '';
    if (/^\s*([#;]|$)/.test(whole)) continue;
    while (whole.endsWith('\\') && at + 1 < lines.length) {
      const next = lines[++at] ?? '';
      if (!/^\s*[#;]/.test(next)) whole = `${whole.slice(0, -1)} ${next.trim()}`;
    }
    const header = /^\[(.+)\]\s*$/.exec(whole.trim());
    if (header !== null) {
      section = header[1] ?? '';
      continue;
    }
    const cut = whole.indexOf('=');
    if (cut > 0) entries.push({ section, key: whole.slice(0, cut).trim(), value: whole.slice(cut + 1).trim(), line });
  }
  return entries
    .filter(
      (entry, at) =>
        !entries.some(
          (later, i) => i > at && later.section === entry.section && later.key === entry.key && later.value === '',
        ),
    )
    .filter(({ value }) => value !== '');
}

/** Words as systemd cuts them: quotes, C escapes; `%%` and `$$` are one sign. */
export function unitValues(text: string): string[] {
  const words: string[] = [];
  const pattern = /"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|(\S+)/g;
  let previous = -1;
  for (const match of text.matchAll(pattern)) {
    const raw = match[1] ?? match[2] ?? match[3] ?? '';
    const value = unescaped(raw);
    const joins = match.index === previous && words.length > 0;
    if (joins) words[words.length - 1] += value;
    else words.push(value);
    previous = match.index + match[0].length;
  }
  return words;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', s: ' ', '\\': '\\', '"': '"', "'": "'" };

function unescaped(text: string): string {
  return text
    .replace(/\\x([0-9a-fA-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\\(.)/g, (all, char: string) => escapes[char] ?? all)
    .replaceAll('%%', '%')
    .replaceAll('$$', '$');
}
