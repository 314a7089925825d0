import type { ConnectVerdict } from '../contract.ts';
import { systemCode } from '../errors.ts';

/** See `Net.connect`. `timeoutMs` bounds the handshake; a connection is then watched for at most `stayMs`. */
export async function connectTo(
  ip: string,
  port: number,
  options: { timeoutMs: number; stayMs: number },
): Promise<ConnectVerdict> {
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    const socket = connect({ host: ip, port });
    let connected = false;
    const settle = (verdict: ConnectVerdict) => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on('error', () => undefined);
      socket.destroy();
      resolve(verdict);
    };
    let timer = setTimeout(() => settle('timeout'), options.timeoutMs);
    socket.on('connect', () => {
      connected = true;
      clearTimeout(timer);
      timer = setTimeout(() => settle('open'), options.stayMs);
    });
    socket.on('data', () => settle('answered'));
    socket.on('end', () => settle('closed'));
    socket.on('close', () => settle('closed'));
    socket.on('error', (error) => settle(connected ? 'closed' : refusal(error)));
  });
}

/** connect(2). A reset before we saw the handshake's end still means that somebody had accepted. */
function refusal(error: Error): ConnectVerdict {
  switch (systemCode(error)) {
    case 'ECONNREFUSED':
      return 'refused';
    case 'ECONNRESET':
      return 'closed';
    case 'ETIMEDOUT':
      return 'timeout';
    default:
      return 'unreachable';
  }
}
