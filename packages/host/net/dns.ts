import type { DnsExchange } from '../contract.ts';
import { fail } from '../errors.ts';

const defaultMaxBytes = 16 * 1024 * 1024;
const headerBytes = 12;

/** Does a message only ask? Opcode QUERY is 0, UPDATE 5 (RFC 1035 4.1.1, RFC 2136 2.2). */
export function isDnsQuery(message: Uint8Array): boolean {
  return message.length >= headerBytes && ((message[2] ?? 0xff) & 0xf8) === 0;
}

/** See `Net.dns`. */
export async function exchangeDns(exchange: DnsExchange): Promise<readonly Uint8Array[]> {
  if (exchange.transport !== 'udp') return exchangeStream(exchange);
  const { exchangeDatagram } = await import('./dns-udp.ts');
  return exchangeDatagram(exchange);
}

/** Messages over TCP carry their length in two bytes (RFC 1035 4.2.2). */
async function exchangeStream({ server, message, ...options }: DnsExchange): Promise<readonly Uint8Array[]> {
  const { connect } = await import('node:net');
  const name = `ask the DNS server at ${server.ip} port ${server.port}`;
  if (options.signal?.aborted === true) throw fail('DNS_CANCELLED', { message: name });
  return new Promise((resolve, reject) => {
    const answers: Uint8Array[] = [];
    let unread = Buffer.alloc(0);
    let total = 0;
    const socket = connect({ host: server.ip, port: server.port });
    const settle = (end: () => void) => {
      clearTimeout(deadline);
      options.signal?.removeEventListener('abort', onAbort);
      socket.removeAllListeners();
      socket.on('error', () => undefined);
      socket.destroy();
      end();
    };
    const stop = (error: Error) => settle(() => reject(error));
    const onAbort = () => stop(fail('DNS_CANCELLED', { message: name }));
    const deadline = setTimeout(
      () => stop(fail('DNS_TIMEOUT', { message: name, wanted: `an answer within ${options.timeoutMs} ms` })),
      options.timeoutMs,
    );
    options.signal?.addEventListener('abort', onAbort, { once: true });
    socket.on('connect', () => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(message.length);
      socket.write(Buffer.concat([length, message]));
    });
    socket.on('data', (chunk: Buffer) => {
      total += chunk.length;
      if (total > (options.maxBytes ?? defaultMaxBytes)) return stop(fail('DNS_TOO_MUCH', { message: name }));
      unread = Buffer.concat([unread, chunk]);
      while (unread.length >= 2 && unread.length >= 2 + unread.readUInt16BE(0)) {
        const end = 2 + unread.readUInt16BE(0);
        const answer = Uint8Array.from(unread.subarray(2, end));
        unread = unread.subarray(end);
        answers.push(answer);
        try {
          if (options.isLast(answer)) return settle(() => resolve(answers));
        } catch (error) {
          return stop(error instanceof Error ? error : new Error(String(error)));
        }
      }
    });
    socket.on('error', (cause) => stop(fail('DNS_FAILED', { message: name, cause })));
    socket.on('close', () =>
      stop(fail('DNS_FAILED', { message: name, actual: 'closed before the end of its answer' })),
    );
  });
}
