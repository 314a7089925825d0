import type { AgentService, Caller, OverrideOrder, PassOrder, PassRequest } from '../../service/index.ts';
import { type Call, endpoint, type Reply, type StreamItem } from '../endpoint.ts';
import * as s from '../schemas/documents.ts';
import { applyBody, forBody, named, runBody, whyBody } from '../schemas/requests.ts';

// What changes something. A pass is told as a stream; a caller who goes away does not stop it.

const ofName = ({ name }: { name: string }) => name;

interface Because {
  readonly why?: string | undefined;
}
interface For extends Because {
  readonly forMs?: number | undefined;
}
type Named = Call<{ name: string }, unknown, Because>;

const requested = (verb: 'restart' | 'retry', says: string) =>
  endpoint({
    method: 'POST',
    path: `/api/v1/services/:name/${verb}`,
    rule: verb,
    says,
    params: named,
    body: whyBody,
    target: ofName,
    answer: s.passProgress,
    streams: true,
    run: (call: Named) => request(call, { verb, target: call.params.name, ...whyOf(call.body) }),
  });

const overridden = (verb: 'stop' | 'freeze', says: string) =>
  endpoint({
    method: 'POST',
    path: `/api/v1/services/:name/${verb}`,
    rule: verb,
    says,
    params: named,
    body: forBody,
    target: ofName,
    answer: s.overrides,
    run: ({ body, caller, params, service }) =>
      override(service, caller, { verb, target: params.name, ...forOf(body) }),
  });

const ended = (verb: 'start' | 'thaw', says: string) =>
  endpoint({
    method: 'POST',
    path: `/api/v1/services/:name/${verb}`,
    rule: verb,
    says,
    params: named,
    target: ofName,
    answer: s.overrides,
    run: ({ caller, params, service }) => override(service, caller, { verb, target: params.name }),
  });

export const actEndpoints = [
  endpoint({
    method: 'POST',
    path: '/api/v1/apply',
    rule: 'apply',
    says: 'One pass, narrowed or not; `confirm` releases holds once.',
    body: applyBody,
    target: (_params, { confirm, services }) => [...(confirm ?? []), ...(services ?? [])].join(' '),
    answer: s.passProgress,
    streams: true,
    run: ({ body, caller, service }) => {
      const { confirm, planId, services, stages } = body;
      const narrowed = services !== undefined || stages !== undefined;
      const scope = {
        ...(services === undefined ? {} : { service: services }),
        ...(stages === undefined ? {} : { stage: stages }),
      };
      const order: PassOrder = {
        ...(narrowed ? { scope } : {}),
        ...(confirm === undefined ? {} : { confirm }),
        ...(planId === undefined ? {} : { planId }),
      };
      return { stream: progress(service, caller, order) };
    },
  }),
  requested('restart', 'Starts its containers anew.'),
  requested('retry', 'Forgets what was held against it, and tries again.'),
  endpoint({
    method: 'POST',
    path: '/api/v1/services/:name/run',
    rule: 'run',
    says: 'Runs one of its jobs.',
    params: named,
    body: runBody,
    target: ofName,
    answer: s.passProgress,
    streams: true,
    run: (call) => request(call, { verb: 'run', target: `${call.params.name}/${call.body.job}`, ...whyOf(call.body) }),
  }),
  overridden('stop', 'Stops it on this node alone, until that ends.'),
  ended('start', 'Ends a stop on this node alone.'),
  overridden('freeze', 'Holds changes of it back, until that ends.'),
  ended('thaw', 'Ends a freeze of it.'),
  endpoint({
    method: 'POST',
    path: '/api/v1/freeze',
    rule: 'freezeAll',
    says: 'Holds every change of the node back, until that ends.',
    body: forBody,
    answer: s.overrides,
    run: ({ body, caller, service }) => override(service, caller, { verb: 'freeze', target: '', ...forOf(body) }),
  }),
  endpoint({
    method: 'POST',
    path: '/api/v1/thaw',
    rule: 'freezeAll',
    says: 'Ends every freeze.',
    answer: s.overrides,
    run: ({ caller, service }) => override(service, caller, { verb: 'thaw', target: '' }),
  }),
  endpoint({
    method: 'POST',
    path: '/api/v1/reload',
    rule: 'reload',
    says: 'Reads node.toml again; one with mistakes changes nothing.',
    answer: s.nothing,
    run: async ({ caller, service }) => {
      await service.reload(caller);
      return { json: {} };
    },
  }),
];

async function override(service: AgentService, caller: Caller, order: OverrideOrder): Promise<Reply> {
  return { json: await service.override(caller, order) };
}

function request({ caller, service }: Pick<Named, 'caller' | 'service'>, wanted: PassRequest): Reply {
  const [name = ''] = wanted.target.split('/');
  return { stream: progress(service, caller, { scope: { service: [name] }, request: wanted }) };
}

async function* progress(service: AgentService, caller: Caller, order: PassOrder): AsyncGenerator<StreamItem> {
  for await (const step of service.apply(caller, order)) yield { event: step.kind, data: step };
}

function whyOf({ why }: Because): { why?: string } {
  return why === undefined ? {} : { why };
}

function forOf({ forMs, why }: For): { why?: string; forMs?: number } {
  return { ...whyOf({ why }), ...(forMs === undefined ? {} : { forMs }) };
}
