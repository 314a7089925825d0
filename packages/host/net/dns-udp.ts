import type { DnsExchange } from '../contract.ts';
import { fail } from '../errors.ts';

/**
 * See `Net.dns` with `transport = "udp"`: one datagram to and fro (RFC 1035 4.2.1). What `isLast` does not take for the answer is not waited
 * with; a port where nobody listens says so at once where the kernel tells.
 */
export async function exchangeDatagram({ server, message, ...options }: DnsExchange): Promise<readonly Uint8Array[]> {
  const { createSocket } = await import('node:dgram');
  const name = `ask the DNS server at ${server.ip} port ${server.port} by UDP`;
  if (options.signal?.aborted === true) throw fail('DNS_CANCELLED', { message: name });
  return new Promise((resolve, reject) => {
    const socket = createSocket(server.ip.includes(':') ? 'udp6' : 'udp4');
    const settle = (end: () => void) => {
      clearTimeout(deadline);
      options.signal?.removeEventListener('abort', onAbort);
      socket.removeAllListeners();
      socket.on('error', () => undefined);
      socket.close();
      end();
    };
    const stop = (error: Error) => settle(() => reject(error));
    const onAbort = () => stop(fail('DNS_CANCELLED', { message: name }));
    const late = { message: name, wanted: `an answer within ${options.timeoutMs} ms` };
    const deadline = setTimeout(() => stop(fail('DNS_TIMEOUT', late)), options.timeoutMs);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    socket.on('error', (cause) => stop(fail('DNS_FAILED', { message: name, cause })));
    socket.on('message', (bytes) => {
      const answer = Uint8Array.from(bytes);
      try {
        if (options.isLast(answer)) settle(() => resolve([answer]));
      } catch (error) {
        stop(error instanceof Error ? error : new Error(String(error)));
      }
    });
    // Connected, so that only this server is heard, and its refusals are.
    socket.connect(server.port, server.ip, () => socket.send(message));
  });
}
