import type { AskOptions } from '../contract.ts';
import { fail } from '../errors.ts';
import { Bounded } from '../run/bytes.ts';

const defaultMaxBytes = 16 * 1024 * 1024;

/** See `Net.ask`: HAProxy closes after the answer to one line (management guide 9.3, non-interactive mode). */
export async function askSocket(socketPath: string, text: string, options: AskOptions): Promise<string> {
  // Not `import`: that takes turns of the event loop, and whoever asks first and works meanwhile wants the question out.
  const { connect } = process.getBuiltinModule('node:net');
  const message = `ask ${socketPath}`;
  return new Promise((resolve, reject) => {
    const answer = new Bounded(options.maxBytes ?? defaultMaxBytes);
    const { seen } = options;
    const decoder = new TextDecoder();
    const socket = connect({ path: socketPath });
    const settle = (end: () => void) => {
      clearTimeout(deadline);
      socket.removeAllListeners();
      socket.on('error', () => undefined);
      socket.destroy();
      end();
    };
    const deadline = setTimeout(() => {
      settle(() => reject(fail('SOCKET_TIMEOUT', { message, wanted: `an answer within ${options.timeoutMs} ms` })));
    }, options.timeoutMs);
    socket.on('connect', () => socket.write(text.endsWith('\n') ? text : `${text}\n`));
    socket.on('data', (chunk: Buffer) => {
      if (!answer.add(chunk)) settle(() => reject(fail('SOCKET_TOO_MUCH', { message })));
      else seen?.(decoder.decode(chunk, { stream: true }));
    });
    socket.on('end', () => settle(() => resolve(seen === undefined ? answer.bytes().toString('utf8') : '')));
    socket.on('error', (cause) => settle(() => reject(fail('SOCKET_FAILED', { message, cause }))));
    socket.on('close', () => settle(() => reject(fail('SOCKET_FAILED', { message, actual: 'closed before the end' }))));
  });
}
