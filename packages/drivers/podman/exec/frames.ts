import { fail } from '../client/fail.ts';

/** Bytes that a program wrote, and where. */
export interface ExecChunk {
  readonly to: 'stdout' | 'stderr';
  readonly bytes: Uint8Array;
}

const headBytes = 8;
const stderrMark = 2;
/** podman sends at most 32 KiB at once; what claims much more is no frame. */
const longestFrame = 4 * 1024 * 1024;

/**
 * Frames of stdout and stderr on one connection: a byte that says which, three of zero, the length as 32 bits, the bytes
 * (docs.docker.com/engine/api, "Attach to a container": stream format). @throws PODMAN_GARBLED
 */
export async function* framesOf(incoming: AsyncIterable<Uint8Array>): AsyncGenerator<ExecChunk, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of incoming) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    while (rest.length >= headBytes) {
      const length = rest.readUInt32BE(4);
      if (length > longestFrame || rest.readUIntBE(1, 3) !== 0)
        throw fail('PODMAN_GARBLED', {
          message: 'read the output of exec',
          wanted: 'frames',
          actual: 'something else',
        });
      if (rest.length < headBytes + length) break;
      const bytes = rest.subarray(headBytes, headBytes + length);
      yield { to: rest[0] === stderrMark ? 'stderr' : 'stdout', bytes };
      rest = rest.subarray(headBytes + length);
    }
  }
}
