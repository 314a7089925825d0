import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

const connections = 16;
const question = 'GET / HTTP/1.1\r\nhost: web.example.net\r\n\r\n';

/** Who is asked; `ca`: by TLS, verified. */
export interface LoadOf {
  readonly port: number;
  readonly ca?: string;
}

/** Asks `count` times over kept connections, each as soon as the one before is answered. @returns ms */
export async function requests(count: number, to: LoadOf): Promise<number> {
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(to)));
  try {
    let left = count;
    const begun = performance.now();
    await Promise.all(
      sockets.map(async (socket) => {
        while (left-- > 0) await ask(socket);
      }),
    );
    return performance.now() - begun;
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

function open({ ca, port }: LoadOf): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const at = { host: '127.0.0.1', port };
    const socket =
      ca === undefined
        ? connect(at, () => resolve(socket))
        : connectTls({ ...at, ca, servername: 'web.example.net', ALPNProtocols: ['http/1.1'] }, () => resolve(socket));
    socket.setNoDelay(true);
    socket.once('error', reject);
  });
}

/** One answer with its length in front. */
function ask(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    const settle = (end: () => void) => {
      socket.off('data', take).off('error', fail).off('close', closed);
      end();
    };
    const fail = (error: Error) => settle(() => reject(error));
    const closed = () => fail(new Error('closed without an answer'));
    const take = (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const head = text.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
      if (text.length < head + 4 + length) return;
      if (text.startsWith('HTTP/1.1 200')) settle(resolve);
      else fail(new Error(text.slice(0, 40)));
    };
    socket.on('data', take).on('error', fail).on('close', closed);
    socket.write(question);
  });
}
