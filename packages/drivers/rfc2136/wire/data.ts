import { plainIp } from '@reconcile/core';
import type { RecordType } from '@reconcile/core/kinds/record';
import { garbled, Reader, u16 } from './bytes.ts';
import { encodeName, readName } from './name.ts';

const longestString = 255;

/** The value of a checked record in wire form. */
export function encodeData(type: RecordType, value: string): Uint8Array {
  switch (type) {
    case 'A':
      return Uint8Array.from(value.split('.').map(Number));
    case 'AAAA':
      return Uint8Array.from(groupsOf(value).flatMap((group) => u16(Number.parseInt(group, 16))));
    case 'CNAME':
      return encodeName(value);
    case 'TXT':
      return encodeText(value);
  }
}

function groupsOf(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  return [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
}

/** Strings of at most 255 bytes (RFC 1035 3.3.14); the text is printable ASCII. */
function encodeText(text: string): Uint8Array {
  const bytes: number[] = [];
  for (let at = 0; at === 0 || at < text.length; at += longestString) {
    const piece = Buffer.from(text.slice(at, at + longestString), 'latin1');
    bytes.push(piece.length, ...piece);
  }
  return Uint8Array.from(bytes);
}

/** @throws RFC2136_GARBLED */
export function decodeData(type: RecordType, data: Uint8Array): string {
  switch (type) {
    case 'A':
      if (data.length !== 4) throw garbled('an A record without an address');
      return data.join('.');
    case 'AAAA': {
      if (data.length !== 16) throw garbled('an AAAA record without an address');
      const reader = new Reader(data);
      return plainIp(Array.from({ length: 8 }, () => reader.u16().toString(16)).join(':'));
    }
    case 'CNAME':
      return readName(new Reader(data));
    case 'TXT':
      return decodeText(data);
  }
}

function decodeText(data: Uint8Array): string {
  const reader = new Reader(data);
  let text = '';
  while (reader.at < data.length) text += Buffer.from(reader.take(reader.u8())).toString('latin1');
  return text;
}
