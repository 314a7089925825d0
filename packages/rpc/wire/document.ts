import { fail } from '../errors.ts';

// Protocol Buffers, as far as one message needs them (protobuf.dev/programming-guides/encoding).

/** What shape the documents have. Fields are added within a version; a reader skips what it does not know. */
const version = 1;

const versionTag = 0x08;
const jsonTag = 0x12;

/** A document as bytes: `Document { version, json }`. */
export function encodeDocument(value: unknown): Buffer {
  const json = Buffer.from(value === undefined ? 'null' : JSON.stringify(value), 'utf8');
  return Buffer.concat([Buffer.from([versionTag, version, jsonTag, ...lengthOf(json.length)]), json]);
}

function lengthOf(count: number): number[] {
  const bytes: number[] = [];
  let rest = count;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return bytes;
}

/** The value of a document. @throws RPC_GARBLED */
export function decodeDocument(bytes: Uint8Array): unknown {
  const found = fieldsOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  if (found.version > version)
    throw fail('RPC_GARBLED', {
      message: 'read a document',
      wanted: `version ${version}`,
      actual: `version ${found.version}`,
      hint: 'the agent and this command are of different releases: update the older one',
    });
  try {
    return found.json.length === 0 ? undefined : JSON.parse(found.json.toString('utf8'));
  } catch (cause) {
    throw fail('RPC_GARBLED', { message: 'read a document', wanted: 'JSON', cause });
  }
}

function fieldsOf(bytes: Buffer): { version: number; json: Buffer } {
  let at = 0;
  let json: Buffer = Buffer.alloc(0);
  let shape = version;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 50; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) break;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    throw fail('RPC_GARBLED', { message: 'read a document', actual: 'it is cut off' });
  };
  while (at < bytes.length) {
    const tag = varint();
    if (tag === versionTag) shape = varint();
    else if ((tag & 7) === 2) {
      const end = varint() + at;
      if (end > bytes.length) throw fail('RPC_GARBLED', { message: 'read a document', actual: 'it is cut off' });
      if (tag === jsonTag) json = bytes.subarray(at, end);
      at = end;
    } else if ((tag & 7) === 0) varint();
    else throw fail('RPC_GARBLED', { message: 'read a document', actual: `wire type ${tag & 7}` });
  }
  return { version: shape, json };
}
