import type { Agent } from 'node:http';
import type { Http } from '../contract.ts';
import { exchange, isSecure } from './request.ts';

/**
 * An HTTP client with one pool of kept connections per socket or origin. node:http and node:https are loaded at the first request: most
 * passes make none. Idle connections do not keep a process alive.
 */
export function httpClient(): Http {
  const options = { keepAlive: true, maxFreeSockets: 8 };
  let plain: Promise<Agent> | undefined;
  let secure: Promise<Agent> | undefined;
  return {
    async request(request) {
      if (isSecure(request)) secure ??= import('node:https').then((https) => new https.Agent(options));
      else plain ??= import('node:http').then((http) => new http.Agent(options));
      return exchange(request, (await (isSecure(request) ? secure : plain)) as Agent);
    },
  };
}
