import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSigned } from '@reconcile/testkit/proxy';

/** What curl said and how it ended. */
export interface Curled {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** curl for a client whose only resolver is one DNS server of a test, on whatever port that listens. */
export interface Curl {
  /** By name, the certificate verified against `root` alone. Never rejects: the exit code is part of the answer. */
  (url: string, root: string, ...more: readonly string[]): Promise<Curled>;
  close(): Promise<void>;
}

/**
 * curl asks names by DNS over HTTPS (RFC 8484) at a relay of ours, which passes each message on to the server by TCP, byte for
 * byte: no `--resolve`, no `-k`, no change of the machine.
 */
export async function curlAsking(server: string): Promise<Curl> {
  const dir = await mkdtemp(join(tmpdir(), 'curl-'));
  const own = await selfSigned(['localhost']);
  const relay = await listen(own, server);
  const doh = `https://localhost:${(relay.address() as { port: number }).port}/dns-query`;
  const run = async (url: string, root: string, ...more: readonly string[]): Promise<Curled> => {
    const bundle = join(dir, 'roots.pem');
    await writeFile(bundle, `${own.cert}${root}`);
    const args = ['-sS', '--fail', '--max-time', '15', '--cacert', bundle, '--doh-url', doh, ...more, '--', url];
    return new Promise((resolve) => {
      const child = execFile('curl', args, { timeout: 20_000 }, (_error, stdout, stderr) =>
        resolve({ code: child.exitCode ?? -1, stdout, stderr }),
      );
    });
  };
  return Object.assign(run, {
    async close() {
      relay.closeAllConnections();
      await new Promise((resolve) => relay.close(resolve));
      await rm(dir, { recursive: true, force: true });
    },
  });
}

async function listen(own: { readonly key: string; readonly cert: string }, to: string): Promise<Server> {
  const relay = createServer({ ...own }, (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      askByTcp(to, Buffer.concat(parts)).then(
        (answer) => response.writeHead(200, { 'content-type': 'application/dns-message' }).end(answer),
        () => response.writeHead(502).end(),
      );
    });
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  return relay;
}

/** RFC 1035, section 4.2.2: two octets of length before each message. */
function askByTcp(server: string, message: Buffer): Promise<Buffer> {
  const [host = '', port = ''] = server.split(':');
  return new Promise((resolve, reject) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(message.length);
    let seen = Buffer.alloc(0);
    const socket = connect({ host, port: Number(port), timeout: 5000 }, () =>
      socket.write(Buffer.concat([length, message])),
    );
    socket.on('data', (part: Buffer) => {
      seen = Buffer.concat([seen, part]);
      if (seen.length < 2 || seen.length < 2 + seen.readUInt16BE(0)) return;
      resolve(seen.subarray(2, 2 + seen.readUInt16BE(0)));
      socket.destroy();
    });
    socket.on('timeout', () => socket.destroy(new Error('no answer in time')));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed before an answer')));
  });
}
