import type { AgentEvent, LogChunk } from '../../service/index.ts';
import { endpoint, type StreamItem } from '../endpoint.ts';
import * as s from '../schemas/documents.ts';
import { eventsQuery, logsQuery, named } from '../schemas/requests.ts';

// What goes on until one side ends it.

const usualTail = 200;

export const streamEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/v1/events',
    rule: 'watch',
    says: 'What happens, as it happens. Last-Event-ID, or `after`: first what came since, as far as it is kept.',
    query: eventsQuery.pick({ after: true }),
    answer: s.agentEvent,
    streams: true,
    run: ({ caller, headers, query, service }) => {
      const after = query.after ?? seqOf(headers['last-event-id']);
      return { stream: eventItems(service.watch(caller, after === undefined ? {} : { after })) };
    },
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/services/:name/logs',
    rule: 'logs',
    says: 'What its programs print; follow=1: and what they print from now on.',
    params: named,
    query: logsQuery,
    target: ({ name }) => name,
    answer: s.logChunk,
    streams: true,
    run: ({ caller, params, query, service }) => ({
      stream: logItems(
        service.logs(caller, {
          name: params.name,
          follow: query.follow === '1',
          previous: query.previous === '1',
          tail: query.tail ?? usualTail,
          ...(query.since === undefined ? {} : { since: query.since }),
        }),
      ),
    }),
  }),
];

/** `<run>.<seq>`; only of this run of the agent does the number mean anything, and the agent tells that by its size. */
function seqOf(id: string | readonly string[] | undefined): number | undefined {
  const found = typeof id === 'string' ? /^(?:[\w-]{1,64}\.)?(\d{1,15})$/.exec(id)?.[1] : undefined;
  return found === undefined ? undefined : Number(found);
}

async function* eventItems(events: AsyncIterable<AgentEvent>): AsyncGenerator<StreamItem> {
  for await (const event of events) yield { id: `${event.run}.${event.seq}`, event: event.kind, data: event };
}

async function* logItems(lines: AsyncIterable<LogChunk>): AsyncGenerator<StreamItem> {
  for await (const data of lines) yield { event: 'line', data };
  yield { event: 'end', data: {} };
}
