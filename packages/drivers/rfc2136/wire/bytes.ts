import { fail } from '../errors.ts';

/** Reads big-endian numbers and slices; never past the end. @throws RFC2136_GARBLED */
export class Reader {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  u8(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw garbled('it ends too early');
    this.at++;
    return byte;
  }

  u16(): number {
    return this.u8() * 0x100 + this.u8();
  }

  u32(): number {
    return this.u16() * 0x10000 + this.u16();
  }

  u48(): number {
    return this.u16() * 0x100000000 + this.u32();
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw garbled('it ends too early');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

export function u16(value: number): number[] {
  return [(value >> 8) & 0xff, value & 0xff];
}

export function u32(value: number): number[] {
  return [...u16(Math.floor(value / 0x10000)), ...u16(value % 0x10000)];
}

export function u48(value: number): number[] {
  return [...u16(Math.floor(value / 0x100000000)), ...u32(value % 0x100000000)];
}

export function garbled(actual: string): Error {
  return fail('RFC2136_GARBLED', { message: 'read a DNS message', actual });
}
