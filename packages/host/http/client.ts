import type { Agent } from 'node:http';
import type { Http } from '../contract.ts';
import { exchange } from './request.ts';

/**
 * An HTTP client with one pool of kept connections per socket or origin. node:http is loaded at the first request: most
 * passes make none. Idle connections do not keep a process alive.
 */
export function httpClient(): Http {
  let agent: Promise<Agent> | undefined;
  const connections = () => {
    agent ??= import('node:http').then((http) => new http.Agent({ keepAlive: true, maxFreeSockets: 8 }));
    return agent;
  };
  return {
    async request(request) {
      return exchange(request, await connections());
    },
  };
}
