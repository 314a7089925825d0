import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { Place } from '../place.ts';
import { image, type Service } from '../services.ts';

const atOnce = 3;

/**
 * The least that anybody can do by podman's API: start its service, then create and start each container, three at a time.
 * Nothing is looked at, checked or written down. What no tool of this kind can be faster than, on this machine.
 */
export class Raw {
  readonly place: Place;
  #wanted: readonly Service[] = [];

  constructor(...where: ConstructorParameters<typeof Place>) {
    this.place = new Place(...where);
  }

  want(wanted: readonly Service[]): void {
    this.#wanted = wanted;
  }

  /** @returns ms, from the start of podman's service to the answer about the last container */
  async runAll(): Promise<number> {
    const since = performance.now();
    const socketPath = await this.place.serve('raw.sock');
    const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
    const left = [...this.#wanted];
    const worker = async () => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        const { name, port } = next;
        const published = { host_ip: '127.0.0.1', host_port: port, container_port: 8080, protocol: 'tcp' };
        const body = { name, image, stop_timeout: 1, portmappings: [published] };
        await post({ socketPath, agent }, 'create', body);
        await post({ socketPath, agent }, `${name}/start`);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    const took = performance.now() - since;
    agent.destroy();
    return took;
  }
}

/** @throws Error unless podman says that it is done */
async function post(to: { socketPath: string; agent: Agent }, path: string, body?: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const asked = request({ ...to, method: 'POST', path: `/v4.0.0/libpod/containers/${path}`, headers });
  asked.end(body === undefined ? undefined : JSON.stringify(body));
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  let text = '';
  for await (const piece of answer) text += String(piece);
  if ((answer.statusCode ?? 500) >= 300) throw new Error(`${path}: ${answer.statusCode} ${text}`);
}
