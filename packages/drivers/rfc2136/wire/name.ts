import { fail } from '../errors.ts';
import { garbled, type Reader } from './bytes.ts';

const longestName = 255;
const longestLabel = 63;

/** A name in wire form, lower case and uncompressed, as digests and updates want it. `\DDD` stands for any byte. @throws RFC2136_RECORD */
export function encodeName(name: string): Uint8Array {
  const bytes: number[] = [];
  const refuse = (actual: string) =>
    fail('RFC2136_RECORD', { message: `write the name ${JSON.stringify(name)}`, actual });
  if (name !== '' && name !== '.') {
    for (const label of labelsOf(name)) {
      if (label.length === 0 || label.length > longestLabel) throw refuse('a label has 1 to 63 bytes');
      bytes.push(label.length, ...label);
    }
  }
  bytes.push(0);
  if (bytes.length > longestName) throw refuse('a name has at most 255 bytes');
  return Uint8Array.from(bytes);
}

function labelsOf(name: string): number[][] {
  const labels: number[][] = [[]];
  for (const [piece, digits] of name.matchAll(/\\(\d{3})|[\s\S]/g)) {
    const byte = digits === undefined ? piece.charCodeAt(0) : Number(digits);
    if (piece === '.') labels.push([]);
    else if (byte > 0xff) throw fail('RFC2136_RECORD', { message: 'write a name', actual: JSON.stringify(name) });
    else labels[labels.length - 1]?.push(byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte);
  }
  return labels;
}

/**
 * A name, with compression (RFC 1035 4.1.4). Every pointer must lead before the place where the name, or the piece that pointed,
 * began: so there is no loop, and no more steps than bytes.
 */
export function readName(reader: Reader): string {
  const labels: string[] = [];
  let length = 1;
  let start = reader.at;
  let end: number | undefined;
  for (;;) {
    const size = reader.u8();
    if (size === 0) break;
    if (size >= 0xc0) {
      const target = (size - 0xc0) * 0x100 + reader.u8();
      end ??= reader.at;
      if (target >= start) throw garbled('a name points to itself or ahead');
      start = target;
      reader.at = target;
      continue;
    }
    if (size > longestLabel) throw garbled('a label of a reserved kind');
    length += size + 1;
    if (length > longestName) throw garbled('a name of more than 255 bytes');
    labels.push(shown(reader.take(size)));
  }
  if (end !== undefined) reader.at = end;
  return labels.join('.');
}

/** Lower case; a byte that is no plain character of a name as `\DDD`. */
function shown(label: Uint8Array): string {
  return [...label]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[\w*@-]/.test(char) ? char.toLowerCase() : `\\${String(byte).padStart(3, '0')}`;
    })
    .join('');
}
