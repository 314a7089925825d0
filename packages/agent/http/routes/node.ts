import { z } from 'zod';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { fail } from '../errors.ts';
import type { AgentMetrics } from '../metrics/metrics.ts';
import { nothing } from '../schemas/documents.ts';

interface Facts {
  readonly metrics: AgentMetrics;
  readonly now: () => number;
  readonly streams: () => number;
  readonly description: () => unknown;
}

/** For what watches this node: probes, Prometheus, generators of clients. */
export function nodeEndpoints({ description, metrics, now, streams }: Facts): readonly Endpoint[] {
  return [
    endpoint({
      method: 'GET',
      path: '/healthz',
      rule: 'alive',
      says: 'Whether the agent answers.',
      answer: nothing,
      run: () => ({ text: 'ok\n', type: 'text/plain; charset=utf-8' }),
    }),
    endpoint({
      method: 'GET',
      path: '/readyz',
      rule: 'ready',
      says: 'Whether its first pass has ended; 503 before that, and while it stops.',
      answer: nothing,
      run: async ({ caller, service }) => {
        const { phase } = await service.state(caller);
        if (phase !== 'booting' && phase !== 'stopping') return { text: 'ready\n', type: 'text/plain; charset=utf-8' };
        throw fail('NOT_READY', { message: 'be ready', wanted: 'idle or passing', actual: phase });
      },
    }),
    endpoint({
      method: 'GET',
      path: '/metrics',
      rule: 'metrics',
      says: 'Figures for Prometheus, as text.',
      answer: z.string(),
      run: async ({ caller, service }) => ({
        text: await metrics.text(service, caller, { now: now(), streams: streams() }),
        type: metrics.contentType,
      }),
    }),
    endpoint({
      method: 'GET',
      path: '/api/v1/openapi.json',
      rule: 'describe',
      says: 'This description.',
      answer: z.looseObject({ openapi: z.string() }),
      run: () => ({ json: description() }),
    }),
  ];
}
