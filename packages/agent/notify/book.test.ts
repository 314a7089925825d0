import { expect, test } from 'vitest';
import { advance, nextOf, quietMs, rate, tried, without } from './book.ts';
import { type Book, emptyBook, type Trouble } from './model.ts';

// By a clock of the test's own: told once, called off once, never a flood.

const minute = 60_000;
const start = Date.UTC(2030, 0, 1);

function trouble(subject: string, more: Partial<Trouble> = {}): Trouble {
  const step = more.step ?? 'failing';
  const plain = { kind: 'service', cause: 'exit 1', serves: 'nothing serves', next: '', settleMs: 0 } as const;
  return { ...plain, subject, step, title: `${subject} ${step}`, ...more };
}

/** Looks one after another: minutes since the start, and what each saw; then the titles that wait. */
function titles(looks: readonly (readonly [minutes: number, ...seen: Trouble[]])[], from: Book = emptyBook): string[] {
  const book = looks.reduce<Book>(
    (now, [minutes, ...troubles]) =>
      advance(now, { troubles, isWhole: true, node: 'rift', fleet: 'home', now: start + minutes * minute }),
    from,
  );
  return book.outbox.map(({ message }) => message.title);
}

const web = trouble('web');
const slow = trouble('web', { settleMs: 15 * minute });
const worse = trouble('web', { step: 'rolled back' });

test.each<[string, Parameters<typeof titles>[0], string[]]>([
  [
    'once, however often it is seen',
    [
      [0, web],
      [1, web],
      [600, web],
    ],
    ['web failing'],
  ],
  [
    'another one besides',
    [
      [0, web],
      [1, web, trouble('db')],
    ],
    ['web failing', 'db failing'],
  ],
  [
    'each step once, to and fro',
    [
      [0, web],
      [1, worse],
      [2, web],
      [3, worse],
    ],
    ['web failing', 'web rolled back'],
  ],
  ['away for a moment is not over', [[0, web], [1, web], [1.5], [2, web], [3, web]], ['web failing']],
  [
    'not before it has lasted',
    [
      [0, slow],
      [14, slow],
    ],
    [],
  ],
  [
    'once it has lasted',
    [
      [0, slow],
      [14, slow],
      [15, slow],
      [16, slow],
    ],
    ['web failing'],
  ],
  ['what never lasted is never told', [[0, slow], [1], [2, slow], [16, slow]], []],
  ['over before anybody heard of it', [[0, web], [1], [2], [3]], []],
])('%s', (_name, looks, wanted) => {
  expect(titles(looks)).toEqual(wanted);
});

const at = (minutes: number, troubles: readonly Trouble[], isWhole = true) => ({
  troubles,
  isWhole,
  node: 'rift',
  fleet: 'home',
  now: start + minutes * minute,
});

/** The book once everything that waits was sent. */
function sentAll(book: Book, minutes: number): Book {
  return without(book, book.outbox, start + minutes * minute);
}

test('over is told once, after it was quiet for long enough, and a new one is a new incident', () => {
  let book = sentAll(advance(emptyBook, at(0, [web])), 0);
  book = advance(book, at(5, []));
  expect(book.outbox).toEqual([]);
  book = advance(book, at(5 + quietMs / minute, []));
  expect(book.outbox.map(({ message }) => [message.state, message.title, message.incident])).toEqual([
    ['over', 'web failing: over after 5 min', `rift/web@${start}`],
  ]);
  book = advance(sentAll(book, 6), at(7, [web]));
  expect(book.outbox.map(({ message }) => message.incident)).toEqual([`rift/web@${start + 7 * minute}`]);
});

test('what may have arrived is called off too', () => {
  const opened = advance(emptyBook, at(0, [web]));
  const book = advance(advance(tried(opened, opened.outbox), at(1, [])), at(3, []));
  expect(book.outbox.map(({ message }) => message.state)).toEqual(['open', 'over']);
});

test('a node that was not looked at says nothing of what is over', () => {
  const open = sentAll(advance(emptyBook, at(0, [web])), 0);
  expect(advance(advance(open, at(1, [], false)), at(9, [], false))).toBe(open);
});

test('nothing new is the same book: nothing is written', () => {
  const later = trouble('db', { settleMs: 15 * minute });
  const open = advance(emptyBook, at(0, [web, later]));
  expect(advance(open, at(1, [web, later]))).toBe(open);
  expect(advance(emptyBook, at(0, []))).toBe(emptyBook);
});

test('a flood is so many messages, the rest in one, then a pause', () => {
  const many = Array.from({ length: 100 }, (_, i) => trouble(`s${i}`));
  let book = advance(emptyBook, at(0, many));
  const sent: string[] = [];
  for (let next = nextOf(book, start); next !== undefined && 'send' in next; next = nextOf(book, start)) {
    sent.push(next.send.title);
    book = without(book, next.of, start);
  }
  expect(sent.length).toBe(rate.most);
  expect(sent.at(-1)).toBe('81 messages in one');
  expect(book.outbox).toEqual([]);
  book = advance(book, at(1, [...many, web]));
  expect(nextOf(book, start + minute)).toEqual({ waitMs: rate.withinMs - minute });
  expect(nextOf(book, start + rate.withinMs)).toMatchObject({ send: { title: 'web failing' } });
});

test('long and wild causes are cut and made harmless', () => {
  const [{ message } = { message: undefined }] = advance(
    emptyBook,
    at(0, [trouble('web', { cause: `\u001b[31m${'x'.repeat(5000)}`, next: 'reconcile explain web' })]),
  ).outbox;
  expect(message?.cause.length).toBeLessThan(1100);
  expect(message?.text).not.toContain('\u001b');
  expect(message?.text).toMatch(/^rift: web failing\n.*\nnothing serves\nnext: reconcile explain web$/s);
});
