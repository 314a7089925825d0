type Numbers = (below: number) => number;

/** No input grows beyond this many characters, but for the rare one that is made to. */
const longest = 8_000;
const odd: readonly string[] = [
  ...[
    '',
    '\0',
    '\n',
    '\r\n',
    '\t',
    '\u2028',
    '\uFEFF',
    '\uD800',
    '\x1b[31m',
    '"',
    "'",
    '"""',
    '\\',
    '\\u0000',
    '=',
    '#',
    ',',
  ],
  ...[
    '[',
    ']',
    '[[',
    ']]',
    '{',
    '}',
    '[{',
    '}]',
    'null',
    'true',
    '{}',
    '[]',
    '-',
    '--',
    '--privileged',
    '-1',
    '0',
    '1e400',
  ],
  ...[
    'nan',
    '-inf',
    '9007199254740993',
    '65536',
    '0.5',
    '1979-05-27T07:32:00Z',
    '0001-01-01T00:00:00Z',
    '..',
    '../..',
    '/',
    '*',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    '"__proto__":{"a":1},',
    '$PORT',
    '$',
    'é',
    '\u{1F600}',
    ':latest',
    '@sha256:',
    '::1',
  ],
];

/** A few changes at random, of the kinds that find the most: cut, doubled, spliced, and odd values in the place of good ones. */
export function mutated(text: string, others: readonly string[], number: Numbers): string {
  let made = text;
  for (let times = 1 + number(4); times > 0; times--) made = once(made, others, number);
  return made.slice(0, longest);
}

function once(text: string, others: readonly string[], number: Numbers): string {
  const at = number(text.length + 1);
  const to = at + number(Math.min(60, text.length - at + 1));
  const [before, part, after] = [text.slice(0, at), text.slice(at, to), text.slice(to)];
  const pick = (items: readonly string[]) => items[number(items.length)] ?? '';
  switch (number(9)) {
    case 0:
      return before;
    case 1:
      return before + after;
    case 2:
      return before + part + part + after;
    case 3:
      return before + pick(odd) + after;
    case 4:
      return before + pick(odd) + part + after;
    case 5: {
      const other = pick(others);
      return before + other.slice(number(other.length + 1));
    }
    case 6:
      return swapped(text, '\n', number);
    case 7:
      return before + part.repeat(1 + number(40)) + after;
    default:
      return valueReplaced(text, pick(odd), number);
  }
}

function swapped(text: string, by: string, number: Numbers): string {
  const lines = text.split(by);
  const [a, b] = [number(lines.length), number(lines.length)];
  [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
  return lines.join(by);
}

/** What stands behind a `=` or `:` up to the end of it. */
function valueReplaced(text: string, value: string, number: Numbers): string {
  const from = number(text.length + 1);
  const at = text.slice(from).search(/[=:]/);
  if (at < 0) return text + value;
  const start = from + at + 1;
  const length = /^\s*(?:"(?:[^"\\\n]|\\.)*"|[^,\n}\]]*)/.exec(text.slice(start))?.[0].length ?? 0;
  return text.slice(0, start) + value + text.slice(start + length);
}
