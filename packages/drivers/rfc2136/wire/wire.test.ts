import { isFleetError } from '@reconcile/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AnswerCheck,
  decodeData,
  decodeMessage,
  encodeData,
  encodeMessage,
  encodeName,
  type Message,
  Reader,
  readName,
  sign,
  types,
} from './index.ts';

const label = fc.uint8Array({ minLength: 1, maxLength: 12 });
/** Any bytes as labels, in the text form that reading gives. */
const name = fc
  .array(label, { maxLength: 6 })
  .map((labels) => readName(new Reader(Uint8Array.from([...labels.flatMap((one) => [one.length, ...one]), 0]))));
const u16 = fc.integer({ min: 0, max: 0xffff });
const record = fc.record({
  name,
  type: u16.filter((type) => type !== types.CNAME),
  class: u16,
  ttl: fc.integer({ min: 0, max: 0xffffffff }),
  data: fc.uint8Array({ maxLength: 40 }),
});
const section = fc.array(record, { maxLength: 4 });
const message: fc.Arbitrary<Message> = fc.record({
  id: u16,
  opcode: fc.constantFrom(0, 5),
  isAnswer: fc.boolean(),
  rcode: fc.integer({ min: 0, max: 10 }),
  questions: fc.array(fc.record({ name, type: u16, class: u16 }), { maxLength: 2 }),
  answers: section,
  authorities: section,
  additionals: section,
});

/** Our own error is the only one that may come out. */
function survives(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!isFleetError(error) || !error.code.startsWith('RFC2136_')) throw error;
  }
}

describe('messages', () => {
  test('what is written is read again', () => {
    fc.assert(
      fc.property(message, (given) => {
        const { additionalAt: _places, ...read } = decodeMessage(encodeMessage(given));
        expect(read).toEqual(given);
      }),
    );
  });

  test('any bytes, and any damage to a good message, give a message or our own error', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => survives(() => decodeMessage(bytes))));
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(message, damage, fc.nat(), (given, changes, cut) => {
        const bytes = encodeMessage(given);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        survives(() => decodeMessage(bytes.subarray(0, cut % (bytes.length + 1))));
        survives(() => decodeMessage(bytes));
      }),
    );
  });

  test('the shape that servers know: a query for a name (RFC 1035 4.1)', () => {
    const asked = { ...emptyMessage, id: 0x1234, questions: [{ name: 'a.b', type: types.A, class: 1 }] };
    expect(Buffer.from(encodeMessage(asked)).toString('hex')).toBe('123400000001000000000000016101620000010001');
  });
});

const emptyMessage: Message = {
  id: 1,
  opcode: 0,
  isAnswer: false,
  rcode: 0,
  questions: [],
  answers: [],
  authorities: [],
  additionals: [],
};

describe('names', () => {
  const read = (bytes: readonly number[], at = 0) => readName(new Reader(Uint8Array.from(bytes), at));

  test('compression is followed backwards only, and never for ever', () => {
    expect(read([1, 98, 0, 1, 97, 0xc0, 0], 3)).toBe('a.b');
    for (const loop of [
      [0xc0, 0],
      [0xc0, 1, 0],
      [1, 97, 0xc0, 0],
      [0xc0, 2, 0xc0, 0],
    ])
      expect(() => read(loop)).toThrow(/read a DNS message/);
    const pointers = fc.array(fc.tuple(fc.constantFrom(0xc0, 1, 0x3f, 0x80), fc.integer({ min: 0, max: 60 })), {
      maxLength: 40,
    });
    fc.assert(fc.property(pointers, fc.nat(), (pairs, at) => survives(() => read(pairs.flat(), at % 80))));
  });

  test('reading goes on behind the name, not behind what it points to', () => {
    const reader = new Reader(Uint8Array.from([1, 98, 0, 1, 97, 0xc0, 0, 42]), 3);
    readName(reader);
    expect(reader.u8()).toBe(42);
  });

  test('are lower case, at most 63 and 255 bytes long, and refused otherwise', () => {
    expect(encodeName('WEB.Example.NET')).toEqual(encodeName('web.example.net'));
    for (const bad of ['a..b', '.a', 'a.', 'x'.repeat(64), Array(64).fill('abc').join('.'), 'ü\u2028'])
      expect(() => encodeName(bad)).toThrow(/write (a|the) name/);
    expect(encodeName('')).toEqual(Uint8Array.from([0]));
  });
});

describe('values', () => {
  test.each([
    ['A', '192.0.2.10', 'c000020a'],
    ['AAAA', '2001:db8::1', '20010db8000000000000000000000001'],
    ['AAAA', '::', '00000000000000000000000000000000'],
    ['CNAME', 'a.example.net', '0161076578616d706c65036e657400'],
    ['TXT', '', '00'],
    ['TXT', 'a "b" \\', '07612022622220' + '5c'],
  ] as const)('%s %s', (type, value, hex) => {
    const data = encodeData(type, value);
    expect(Buffer.from(data).toString('hex')).toBe(hex);
    expect(decodeData(type, data)).toBe(value);
  });

  test('a long text comes back whole; no bytes make reading throw anything but our error', () => {
    const text = fc.string({ unit: 'grapheme-ascii', maxLength: 900 });
    fc.assert(
      fc.property(text, (value) => {
        expect(decodeData('TXT', encodeData('TXT', value))).toBe(value);
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom('A', 'AAAA', 'CNAME', 'TXT'), fc.uint8Array({ maxLength: 40 }), (type, data) =>
        survives(() => decodeData(type as 'A', data)),
      ),
    );
  });
});

describe('signatures', () => {
  const key = { name: 'key.example.net', secret: Buffer.from('0123456789abcdef0123456789abcdef') };
  const now = 1_700_000_000_000;
  const request = () => sign(encodeMessage(emptyMessage), key, now);
  const check = (at = now) => new AnswerCheck(key, request(), () => at);

  test('any bytes as an answer are refused with a code', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => survives(() => check().add(bytes))));
    expect(() => check().add(encodeMessage(emptyMessage))).toThrow(/check the answer/);
    expect(() => check().finish()).toThrow(/check the answer/);
  });

  test('an answer that is signed without knowing our request is not believed', () => {
    const forged = sign(encodeMessage({ ...emptyMessage, isAnswer: true }), key, now);
    expect(() => check().add(forged.bytes)).toThrow(expect.objectContaining({ actual: 'its signature does not fit' }));
  });

  test('one bit of a signed message changes its signature', () => {
    const bytes = request().bytes;
    expect(decodeMessage(bytes).additionals).toMatchObject([{ name: key.name, type: types.TSIG, class: 255, ttl: 0 }]);
    const other = sign(encodeMessage({ ...emptyMessage, id: 2 }), key, now);
    expect(Buffer.from(other.mac).equals(Buffer.from(request().mac))).toBe(false);
  });
});
