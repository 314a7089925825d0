import { expect, test } from 'vitest';
import { encodeQuestion, judgeDns } from './probe-dns.ts';

test('a question in wire format (RFC 1035, section 4.1)', () => {
  const hex = Buffer.from(encodeQuestion(0xbeef, 'a.example.net.', 15)).toString('hex');
  expect(hex).toBe(`beef01000001000000000000${'0161'}${'076578616d706c65'}${'036e6574'}00000f0001`);
});

const answer = (flags: number, rcode: number, records: number) =>
  Uint8Array.from([0, 1, 0x80 | flags, rcode, 0, 1, 0, records, 0, 0, 0, 0]);

test.each([
  ['an answer', answer(0, 0, 2), true, '2 records'],
  ['no such name', answer(0, 3, 0), false, 'NXDOMAIN'],
  ['it cannot look it up', answer(0, 2, 0), false, 'SERVFAIL'],
  ['the name has other records', answer(0, 0, 0), false, 'no record of that type'],
  ['more than a datagram holds', answer(2, 0, 0), true, '0 records'],
  ['nothing', new Uint8Array(), false, 'SERVFAIL'],
])('%s', (_name, bytes, healthy, says) => {
  expect(judgeDns(bytes)).toEqual([healthy, says]);
});
