import { createHash } from 'node:crypto';
import { fail } from '../client/fail.ts';

/** One member of an archive. `sha256`: of its content, '' for what is no regular file. */
export interface Member {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'hardlink' | 'pipe' | 'other';
  readonly target: string;
  readonly size: number;
  readonly sha256: string;
}

const block = 512;
const types: Readonly<Record<string, Member['type']>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '5': 'directory',
  '6': 'pipe',
};

/**
 * Members of a tar stream in order, each content hashed as it passes by: POSIX.1-2001 (pax) as GNU tar writes it, with the
 * long names of the older GNU format (tar(5), pax(1)). @throws SNAPSHOT_DAMAGED
 */
export async function* readTar(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Member> {
  const input = new Reader(chunks);
  let extra = new Map<string, string>();
  for (;;) {
    const header = await input.take(block);
    if (header.every((byte) => byte === 0)) break;
    checkSum(header);
    const flag = String.fromCharCode(header[156] ?? 0);
    const size = Number(extra.get('size') ?? numberAt(header, 124, 12));
    if (!Number.isSafeInteger(size) || size < 0) throw damaged('a member of impossible size');
    if (flag === 'x' || flag === 'g') {
      const records = paxRecords(await input.take(size));
      await input.pad(size);
      if (flag === 'x') extra = new Map([...extra, ...records]);
      continue;
    }
    if (flag === 'L' || flag === 'K') {
      const name = textOf(await input.take(size)).replace(/\0+$/, '');
      await input.pad(size);
      extra.set(flag === 'L' ? 'path' : 'linkpath', name);
      continue;
    }
    const prefix = textAt(header, 345, 155);
    const short = textAt(header, 0, 100);
    const type = types[flag] ?? 'other';
    const hash = createHash('sha256');
    await input.pass(type === 'file' || type === 'other' ? size : 0, (piece) => hash.update(piece));
    yield {
      path: extra.get('path') ?? (prefix === '' ? short : `${prefix}/${short}`),
      type,
      target: extra.get('linkpath') ?? textAt(header, 157, 100),
      size: type === 'file' ? size : 0,
      sha256: type === 'file' ? hash.digest('hex') : '',
    };
    extra = new Map();
  }
  await input.drain();
}

/** Bytes on demand from chunks of any size. */
class Reader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Hands on the next `count` bytes, piece by piece, and leaves out the padding that follows. */
  async pass(count: number, use: (piece: Uint8Array) => void): Promise<void> {
    for (let left = count; left > 0; ) {
      if (this.#rest.length === 0) await this.#more();
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      use(piece);
    }
    await this.pad(count);
  }

  /** For headers alone: what a hostile archive may not make endless. */
  async take(count: number): Promise<Buffer> {
    if (count > 1024 * 1024) throw damaged('a header of more than 1 MiB');
    const pieces: Uint8Array[] = [];
    for (let left = count; left > 0; ) {
      if (this.#rest.length === 0) await this.#more();
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  }

  async pad(count: number): Promise<void> {
    const over = count % block;
    if (over > 0) await this.take(block - over);
  }

  /** To the end, so that the program that writes it ends well. */
  async drain(): Promise<void> {
    while (!(await this.#chunks.next()).done);
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#chunks.next();
    if (done === true) throw damaged('it ends in the middle');
    this.#rest = value;
  }
}

/** `27 path=srv/notes/a\n` …: the length counts itself. */
function paxRecords(body: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(0x20, at);
    const length = Number(body.subarray(at, space).toString('latin1'));
    if (space < 0 || !Number.isInteger(length) || length < 5 || at + length > body.length)
      throw damaged('an extended header that makes no sense');
    const record = body.subarray(space + 1, at + length - 1).toString('utf8');
    const equals = record.indexOf('=');
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}

function checkSum(header: Buffer): void {
  let sum = 8 * 0x20;
  for (const [at, byte] of header.entries()) if (at < 148 || at >= 156) sum += byte;
  if (sum !== numberAt(header, 148, 8)) throw damaged('a header whose sum is wrong');
}

/** Octal, or with the highest bit set: binary (GNU, for what is larger). */
function numberAt(header: Buffer, at: number, length: number): number {
  const field = header.subarray(at, at + length);
  if (((field[0] ?? 0) & 0x80) === 0) return Number.parseInt(textAt(header, at, length).trim() || '0', 8);
  return field.subarray(1).reduce((value, byte) => value * 256 + byte, 0);
}

function textAt(header: Buffer, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return textOf(end < 0 ? field : field.subarray(0, end));
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

function damaged(actual: string): Error {
  return fail('SNAPSHOT_DAMAGED', { message: 'read an archive', wanted: 'a whole tar archive', actual });
}
