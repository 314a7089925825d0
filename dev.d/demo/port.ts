import { createServer } from 'node:net';

/** A port of 127.0.0.1 that nobody has right now, below the kernel's ephemeral range of most machines. */
export async function freePort(from = 18_080): Promise<number> {
  for (let port = from; port < from + 1000; port++) {
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
  throw new Error(`no free port from ${from} on`);
}
