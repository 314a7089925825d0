import { expect, test } from 'vitest';
import { type ExecChunk, framesOf } from './frames.ts';

const frame = (mark: number, text: string) => {
  const head = Buffer.from([mark, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
};

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(bytes: Buffer, size: number): Promise<ExecChunk[]> {
  const found: ExecChunk[] = [];
  for await (const chunk of framesOf(inPieces(bytes, size))) found.push(chunk);
  return found;
}

const all = Buffer.concat([frame(1, 'one'), frame(2, 'wrong'), frame(1, ''), frame(1, 'ü')]);

test.each([1, 3, 7, 11, 1000])('frames come whole, however the bytes are cut: %i at once', async (size) => {
  const found = await read(all, size);
  expect(found.map(({ bytes, to }) => [to, Buffer.from(bytes).toString()])).toEqual([
    ['stdout', 'one'],
    ['stderr', 'wrong'],
    ['stdout', ''],
    ['stdout', 'ü'],
  ]);
});

test('what is cut off is left out', async () => {
  expect(await read(all.subarray(0, all.length - 1), 100)).toHaveLength(3);
});

test.each([
  ['text', Buffer.from('HTTP/1.1 500 Internal Server Error')],
  ['a length that nothing has', Buffer.from([1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff])],
])('%s is no frame', async (_what, bytes) => {
  await expect(read(bytes, 100)).rejects.toMatchObject({ code: 'PODMAN_GARBLED' });
});
