import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';

/** What happens to the next requests at the admin socket; change it while it runs. */
export interface AdminFaults {
  /** pass · silent: no answer · html: a page of somebody else · broken: half a JSON text · untagged: no ETag */
  mode: 'pass' | 'silent' | 'html' | 'broken' | 'untagged';
  /** Of writes: after so many that pass, the next one is `lost` (Caddy never sees it) or `unanswered` (it is done, nobody hears). */
  cut?: { after: number; how: 'lost' | 'unanswered' };
  /** Runs before a write passes: somebody else is faster. */
  before?: (() => Promise<void>) | undefined;
}

/** A socket between the driver and the real admin API that goes wrong on demand. */
export async function adminFault(
  socket: string,
  real: string,
): Promise<{ faults: AdminFaults; close(): Promise<void> }> {
  const faults: AdminFaults = { mode: 'pass' };
  const server: Server = createServer((incoming, response) => {
    void relay(incoming, response, { real, faults }).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  return {
    faults,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function relay(
  incoming: IncomingMessage,
  response: ServerResponse,
  { real, faults }: { real: string; faults: AdminFaults },
): Promise<void> {
  const body: Buffer[] = [];
  for await (const chunk of incoming) body.push(chunk as Buffer);
  if (faults.mode === 'silent') return;
  if (faults.mode === 'html') {
    response.setHeader('content-type', 'text/html');
    response.end('<html>It works!</html>');
    return;
  }
  const isWrite = incoming.method !== 'GET';
  if (isWrite && faults.before !== undefined) await faults.before();
  const cut = isWrite && faults.cut !== undefined && faults.cut.after-- <= 0 ? faults.cut.how : undefined;
  if (cut === 'lost') {
    incoming.socket.destroy();
    return;
  }
  const { answer, text } = await pass(incoming, Buffer.concat(body), real);
  if (cut === 'unanswered') {
    incoming.socket.destroy();
    return;
  }
  const etag = answer.trailers.etag;
  const tagged = typeof etag === 'string' && faults.mode !== 'untagged';
  response.writeHead(answer.statusCode ?? 500, {
    'content-type': 'application/json',
    ...(tagged ? { trailer: 'ETag' } : {}),
  });
  if (tagged) response.addTrailers({ ETag: etag });
  response.end(faults.mode === 'broken' ? text.slice(0, text.length / 2) : text);
}

function pass(
  incoming: IncomingMessage,
  body: Buffer,
  socketPath: string,
): Promise<{ answer: IncomingMessage; text: string }> {
  return new Promise((resolve, reject) => {
    const { method, url, headers } = incoming;
    const call = request({ socketPath, method, path: url, headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => resolve({ answer, text }));
      answer.on('error', reject);
    });
    call.on('error', reject);
    call.end(body);
  });
}
