import { fail } from '../errors.ts';
import { type Field, type Message, type MessageName, messages } from './messages.ts';

// Protocol Buffers, as far as mcproxy.proto needs them: strings, booleans, int64, messages and lists of messages
// (protobuf.dev/programming-guides/encoding). Unknown fields are skipped, so that a newer proxy may say more.

const varint = 0;
const delimited = 2;
/** Messages within messages: ours have two levels, an answer may not have more than this. */
const deepest = 8;

type Plain = { readonly [name: string]: unknown };

function fieldsOf(name: MessageName): readonly (readonly [string, Field])[] {
  return Object.entries(messages[name] as Readonly<Record<string, Field>>);
}

/** Default values are left out, as proto3 does. */
export function encode<N extends MessageName>(name: N, message: Message<N>): Buffer {
  const parts: Uint8Array[] = [];
  for (const [key, field] of fieldsOf(name)) {
    const value = (message as Plain)[key];
    for (const one of field.repeated === true ? (value as readonly unknown[]) : [value]) put(parts, field, one);
  }
  return Buffer.concat(parts);
}

function put(parts: Uint8Array[], { number, type, repeated }: Field, value: unknown): void {
  switch (type) {
    case 'string':
      if (value !== '') putBytes(parts, number, Buffer.from(String(value), 'utf8'));
      return;
    case 'bool':
      if (value === true) parts.push(...tagOf(number, varint), encodeVarint(1n));
      return;
    case 'int64':
      if (value !== 0) parts.push(...tagOf(number, varint), encodeVarint(BigInt.asUintN(64, BigInt(Number(value)))));
      return;
    default:
      if (value !== undefined || repeated === true)
        putBytes(parts, number, encode(type, value as Message<typeof type>));
  }
}

function putBytes(parts: Uint8Array[], number: number, bytes: Uint8Array): void {
  parts.push(...tagOf(number, delimited), encodeVarint(BigInt(bytes.length)), bytes);
}

function tagOf(number: number, wireType: number): Uint8Array[] {
  return [encodeVarint(BigInt((number << 3) | wireType))];
}

function encodeVarint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

/** Every field of the message is there afterwards, the missing ones at their default. @throws MCPROXY_GARBLED */
export function decode<N extends MessageName>(name: N, bytes: Uint8Array): Message<N> {
  return decodeAt(name, bytes, 0) as Message<N>;
}

function decodeAt(name: MessageName, bytes: Uint8Array, depth: number): Plain {
  if (depth > deepest) throw garbled(name, 'too deep');
  const fields = fieldsOf(name);
  const found: Record<string, unknown> = Object.fromEntries(fields.map(([key, field]) => [key, defaultOf(field)]));
  const reader = new Reader(name, bytes);
  while (!reader.isAtEnd) {
    const tag = Number(reader.varint() & 0xffff_ffffn);
    const known = fields.find(([, { number }]) => number === tag >>> 3);
    const wireType = tag & 7;
    const fits = known !== undefined && wireType === (isVarint(known[1]) ? varint : delimited);
    if (!fits) {
      reader.skip(wireType);
      continue;
    }
    const [key, field] = known;
    const value = read(reader, field, depth);
    found[key] = field.repeated === true ? [...(found[key] as unknown[]), value] : value;
  }
  return found;
}

function isVarint({ type }: Field): boolean {
  return type === 'bool' || type === 'int64';
}

function defaultOf({ type, repeated }: Field): unknown {
  if (repeated === true) return [];
  return { string: '', bool: false, int64: 0 }[type as string];
}

function read(reader: Reader, { type }: Field, depth: number): unknown {
  switch (type) {
    case 'string':
      return reader.text();
    case 'bool':
      return reader.varint() !== 0n;
    case 'int64':
      return Number(BigInt.asIntN(64, reader.varint()));
    default:
      return decodeAt(type, reader.bytes(), depth + 1);
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

class Reader {
  readonly #name: MessageName;
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(name: MessageName, bytes: Uint8Array) {
    this.#name = name;
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw garbled(this.#name, 'cut off');
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw garbled(this.#name, 'a number of more than ten bytes');
  }

  bytes(): Uint8Array {
    const length = this.varint();
    const end = BigInt(this.#at) + length;
    if (end > BigInt(this.#bytes.length)) throw garbled(this.#name, 'cut off');
    const found = this.#bytes.subarray(this.#at, Number(end));
    this.#at = Number(end);
    return found;
  }

  text(): string {
    const bytes = this.bytes();
    try {
      return utf8.decode(bytes);
    } catch {
      throw garbled(this.#name, 'a text that is not UTF-8');
    }
  }

  skip(wireType: number): void {
    const fixed = { 1: 8, 5: 4 }[wireType];
    if (wireType === varint) this.varint();
    else if (wireType === delimited) this.bytes();
    else if (fixed === undefined) throw garbled(this.#name, `wire type ${wireType}`);
    else if (this.#at + fixed > this.#bytes.length) throw garbled(this.#name, 'cut off');
    else this.#at += fixed;
  }
}

function garbled(name: MessageName, actual: string) {
  return fail('MCPROXY_GARBLED', { message: `read ${name} of MC-Proxy`, actual });
}
