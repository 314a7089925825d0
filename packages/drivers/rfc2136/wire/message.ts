import { garbled, Reader, u16, u32 } from './bytes.ts';
import { encodeName, readName } from './name.ts';

/** Types and classes by their numbers (RFC 1035 3.2, RFC 3596, RFC 8945, RFC 2136 2.4). */
export const types = { A: 1, SOA: 6, CNAME: 5, TXT: 16, AAAA: 28, TSIG: 250, AXFR: 252, ANY: 255 } as const;
export const classes = { IN: 1, NONE: 254, ANY: 255 } as const;
export const opcodes = { query: 0, update: 5 } as const;

/** RFC 1035 4.1.1, RFC 2136 2.2. */
export function rcodeText(rcode: number): string {
  const names = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED', 'YXDOMAIN', 'YXRRSET', 'NXRRSET'];
  return [...names, 'NOTAUTH', 'NOTZONE'][rcode] ?? `answer code ${rcode}`;
}

export interface ResourceRecord {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  /** As it stands; the name of a CNAME uncompressed. */
  readonly data: Uint8Array;
}

export interface Question {
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

/** One message. For an UPDATE the sections mean zone, prerequisites, updates, additional (RFC 2136 2). */
export interface Message {
  readonly id: number;
  readonly opcode: number;
  readonly isAnswer: boolean;
  readonly rcode: number;
  readonly questions: readonly Question[];
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
}

/** @throws RFC2136_RECORD for a name that cannot be one. */
export function encodeMessage(message: Message): Uint8Array {
  const flags = (message.isAnswer ? 0x8000 : 0) | (message.opcode << 11) | message.rcode;
  const sections = [message.answers, message.authorities, message.additionals];
  const head = [message.id, flags, message.questions.length, ...sections.map((section) => section.length)];
  const body = [
    ...message.questions.map(({ name, type, class: inClass }) => [...encodeName(name), ...u16(type), ...u16(inClass)]),
    ...sections.flat().map(encodeRecord),
  ];
  return Uint8Array.from([...head.flatMap(u16), ...body.flat()]);
}

function encodeRecord(record: ResourceRecord): number[] {
  const { name, type, class: inClass, ttl, data } = record;
  return [...encodeName(name), ...u16(type), ...u16(inClass), ...u32(ttl), ...u16(data.length), ...data];
}

export interface Decoded extends Message {
  /** Where each additional record begins: a signature is over what stands before it. */
  readonly additionalAt: readonly number[];
}

/** Any bytes. @throws RFC2136_GARBLED */
export function decodeMessage(bytes: Uint8Array): Decoded {
  const reader = new Reader(bytes);
  const [id, flags, ...counts] = Array.from({ length: 6 }, () => reader.u16()) as [number, number, ...number[]];
  const [questionCount = 0, answerCount = 0, authorityCount = 0, additionalCount = 0] = counts;
  // The shortest record has 11 bytes, the shortest question 5: more of them than fit is a lie.
  if (questionCount * 5 + (answerCount + authorityCount + additionalCount) * 11 > bytes.length)
    throw garbled('it promises more than it holds');
  const times = <T>(count: number, read: () => T): T[] => Array.from({ length: count }, read);
  const questions = times(questionCount, () => ({ name: readName(reader), type: reader.u16(), class: reader.u16() }));
  const answers = times(answerCount, () => readRecord(reader));
  const authorities = times(authorityCount, () => readRecord(reader));
  const additionalAt: number[] = [];
  const additionals = times(additionalCount, () => {
    additionalAt.push(reader.at);
    return readRecord(reader);
  });
  if (reader.at !== bytes.length) throw garbled('something stands behind its end');
  return {
    id,
    opcode: (flags >> 11) & 0xf,
    isAnswer: (flags & 0x8000) !== 0,
    rcode: flags & 0xf,
    questions,
    answers,
    authorities,
    additionals,
    additionalAt,
  };
}

function readRecord(reader: Reader): ResourceRecord {
  const name = readName(reader);
  const head = { name, type: reader.u16(), class: reader.u16(), ttl: reader.u32() };
  const length = reader.u16();
  if (head.type !== types.CNAME || length === 0) return { ...head, data: Uint8Array.from(reader.take(length)) };
  const end = reader.at + length;
  const target = readName(reader);
  if (reader.at !== end) throw garbled('a CNAME of another length than it says');
  return { ...head, data: encodeName(target) };
}
