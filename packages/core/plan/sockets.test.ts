import { expect, test } from 'vitest';
import { container } from '../kinds/container/index.ts';
import type { KindDefinition } from '../model/contract.ts';
import type { ObservedResource } from '../model/observed.ts';
import { Sockets } from './sockets.ts';

const claim = { scope: 'node', kind: 'port', value: 'tcp/127.0.0.1/28443' } as const;

function world(phase: string, owner: 'managed' | 'foreign' = 'managed'): Sockets {
  const seen: ObservedResource = {
    key: 'container/mcr-api-12345678',
    kind: 'container',
    slot: 'mcr/api',
    services: ['mcr'],
    owner,
    state: { phase },
    health: 'none',
    references: [],
    claims: [claim],
  };
  const busy = [{ protocol: 'tcp', ip: '127.0.0.1', port: 28_443 }] as const;
  return new Sockets(busy, [seen], new Map([['container', container as unknown as KindDefinition]]));
}

test.each([
  ['running', false],
  // podman forgot it; its process may go on listening until it is released.
  ['leftover', false],
  ['exited', true],
  ['created', true],
])('a port that is listened on, by a container of ours that is %s: taken by somebody else %s', (phase, taken) => {
  expect(world(phase).isTaken(claim)).toBe(taken);
});

test('what somebody else listens on is taken', () => {
  expect(world('running', 'foreign').isTaken(claim)).toBe(true);
});
