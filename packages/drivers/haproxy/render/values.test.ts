import { routeActions } from '@reconcile/testkit/proxy';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shapeOf } from '../record/shape.ts';
import { backendHead } from './sections.ts';
import { formatWord } from './values.ts';

/** A line as HAProxy cuts it into words (configuration manual 2.2): quotes, escapes, comments. */
function words(line: string): string[] {
  const found: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const letter = line[at] ?? '';
    if (quote === "'") {
      if (letter === "'") quote = '';
      else word = `${word ?? ''}${letter}`;
    } else if (letter === "'") {
      quote = letter;
      word ??= '';
    } else if (letter === '\\') word = `${word ?? ''}${line[++at] ?? ''}`;
    else if (letter === '#') break;
    else if (/\s/.test(letter)) {
      if (word !== undefined) found.push(word);
      word = undefined;
    } else word = `${word ?? ''}${letter}`;
  }
  return word === undefined ? found : [...found, word];
}

test('any printable value is one word that means itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...`ab'"\\%$[]{}#; ,=`), maxLength: 30 }), (value) => {
      const [first, second, ...rest] = words(`x ${formatWord(value)}`);
      expect([first, rest]).toEqual(['x', []]);
      expect(second).toBe(value.replaceAll('%', '%%'));
    }),
  );
});

/** What a definition could hold, the parser's checks put aside. */
const hostile = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'a.\n\r\0\t \'"#;%\\[]{}/:<'), maxLength: 12 }),
  fc.constantFrom('example.net\n backend evil', '192.0.2.0/24 or TRUE', "a' deny", '*', '::1%eth0', '1.2.3.4/33'),
);

test('nothing of a definition becomes a line, a section or a word of its own', () => {
  const given = fc.record({
    headers: fc.dictionary(hostile, hostile, { maxKeys: 2 }),
    allow: fc.array(hostile, { maxLength: 2 }),
    deny: fc.array(hostile, { maxLength: 2 }),
    backendTls: fc.option(fc.record({ verify: fc.boolean(), serverName: hostile })),
    rateLimit: fc.constantFrom(0, 5, 0.5, Number.NaN),
  });
  const shapes = [
    /^backend b0001 from reconcile-l7$/,
    /^ {2}retries \d+$/,
    /^ {2}default-server ssl (verify none|verify required ca-file @system-ca verifyhost [a-z0-9.-]+) sni str\([a-z0-9.-]+\) alpn h2,http\/1\.1$/,
    /^ {2}http-request disable-l7-retry unless \{ method GET HEAD OPTIONS \}$/,
    /^ {2}acl is_(allowed|denied) src( [0-9a-f.:/]+)+$/,
    /^ {2}http-request deny deny_status (403|429) if (!is_allowed|is_denied|\{ sc_http_req_rate\(0\) gt \d+ \})$/,
    /^ {2}stick-table type ipv6 size 100k expire 10s store http_req_rate\(1s\)$/,
    /^ {2}http-request track-sc0 src$/,
    /^ {2}http-response set-header [A-Za-z][A-Za-z0-9-]* '[\x20-\x7e]*'$/,
  ];
  fc.assert(
    fc.property(given, (more) => {
      const { spec } = routeActions({ listener: 80, hostname: 'web.example.net', ...more });
      let lines: string[];
      try {
        lines = backendHead('b0001', shapeOf(spec, 1), { backendCa: '@system-ca', stateDir: '/var/lib/r' });
      } catch (error) {
        expect(error).toMatchObject({ code: 'HAPROXY_ROUTE' });
        return;
      }
      for (const line of lines)
        expect(
          shapes.some((shape) => shape.test(line)),
          line,
        ).toBe(true);
    }),
    { numRuns: 500 },
  );
});
