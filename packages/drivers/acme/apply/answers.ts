import { createServer, type Server } from 'node:http';
import type { Host } from '@reconcile/host';

/**
 * Answers to the server's questions over HTTP (RFC 8555, section 8.3), on a socket that the proxy asks. There while an
 * order is open, and only for the tokens of open orders.
 */
export class Answers {
  readonly #texts = new Map<string, string>();
  #server: Server | undefined;
  #changing: Promise<void> = Promise.resolve();

  async add(host: Host, socket: string, answer: { readonly token: string; readonly text: string }): Promise<void> {
    this.#texts.set(answer.token, answer.text);
    await this.#change(async () => {
      if (this.#server !== undefined) return;
      await host.files.makeDir(socket.slice(0, socket.lastIndexOf('/')), { mode: 0o700 });
      await host.files.remove(socket);
      this.#server = await this.#listen(socket);
    });
  }

  async remove(token: string): Promise<void> {
    this.#texts.delete(token);
    await this.#change(async () => {
      const server = this.#server;
      if (server === undefined || this.#texts.size > 0) return;
      this.#server = undefined;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
  }

  #change(change: () => Promise<void>): Promise<void> {
    const turn = this.#changing.catch(() => undefined).then(change);
    this.#changing = turn;
    return turn;
  }

  #listen(socket: string): Promise<Server> {
    const server = createServer({ requestTimeout: 5000, headersTimeout: 5000 }, (request, response) => {
      const token = /^\/\.well-known\/acme-challenge\/([A-Za-z0-9_-]{1,200})$/.exec(request.url ?? '')?.[1];
      const text = token === undefined ? undefined : this.#texts.get(token);
      response.writeHead(text === undefined ? 404 : 200, { 'content-type': 'text/plain', connection: 'close' });
      response.end(text ?? 'no such order');
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(socket, () => {
        server.unref();
        resolve(server);
      });
    });
  }
}
