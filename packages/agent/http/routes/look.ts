import { endpoint } from '../endpoint.ts';
import { healthLine } from '../health-lines.ts';
import * as s from '../schemas/documents.ts';
import { eventsQuery, named, pastQuery, planQuery, pointsQuery, samplesQuery } from '../schemas/requests.ts';

// What only looks. The documents are the commands' own.

const usualLimit = 100;
const usualSamples = 60;
const usualPoints = 40;
/** One in ten seconds, for an hour. */
const linesOf = 360;
const ofName = ({ name }: { name: string }) => name;

export const lookEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/v1/state',
    rule: 'state',
    says: 'The agent itself: phase, passes, source, overrides, vitals, boot.',
    answer: s.stateDocument,
    run: async ({ caller, service }) => ({ json: await service.state(caller) }),
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/status',
    rule: 'node',
    says: 'The node and everything on it: `reconcile status -o json`.',
    answer: s.nodeDocument,
    run: async ({ caller, service }) => ({ json: await service.node(caller) }),
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/services',
    rule: 'services',
    says: 'One row a component: `reconcile ps -o json`.',
    answer: s.servicesDocument,
    run: async ({ caller, service }) => ({ json: await service.services(caller) }),
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/services/:name',
    rule: 'service',
    says: 'One service from all sides: `reconcile status S -o json`.',
    params: named,
    target: ofName,
    answer: s.serviceDocument,
    run: async ({ caller, params, service }) => ({ json: await service.service(caller, params.name) }),
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/services/:name/explain',
    rule: 'explain',
    says: 'Why it is as it is: `reconcile explain S -o json`.',
    params: named,
    target: ofName,
    answer: s.explainDocument,
    run: async ({ caller, params, service }) => ({ json: await service.explain(caller, params.name) }),
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/services/:name/history',
    rule: 'history',
    says: 'What happened to it, newest first.',
    params: named,
    query: pastQuery.omit({ name: true }),
    target: ofName,
    answer: s.historyDocument,
    run: async ({ caller, params, query, service }) => ({
      json: await service.history(caller, { name: params.name, limit: query.limit ?? usualLimit }),
    }),
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/services/:name/events',
    rule: 'events',
    says: 'What the node did for it, oldest first.',
    params: named,
    query: eventsQuery.omit({ name: true }),
    target: ofName,
    answer: s.eventsDocument,
    run: async ({ caller, params, query, service }) => ({
      json: await service.events(caller, { name: params.name, ...pastOf(query) }),
    }),
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/services/:name/health',
    rule: 'health',
    says: 'How the probes of one slot went, at most an hour; null: nothing probes it.',
    params: named,
    target: ofName,
    answer: s.slotHealth.nullable(),
    run: async ({ caller, params, service }) => ({ json: (await service.health(caller, params.name)) ?? null }),
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/health',
    rule: 'healthOfAll',
    says: 'How every probe went, newest samples only.',
    query: samplesQuery,
    answer: s.slotHealth.array(),
    run: async ({ caller, query, service }) => ({
      json: await service.healthOfAll(caller, { samples: query.samples ?? usualSamples }),
    }),
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/health/lines',
    rule: 'healthOfAll',
    says: 'How every probe went in the last hour, as lines of a few points: small enough for hundreds of slots.',
    query: pointsQuery,
    answer: s.healthLine.array(),
    run: async ({ caller, query, service }) => {
      const all = await service.healthOfAll(caller, { samples: linesOf });
      const now = Date.now();
      return { json: all.map((one) => healthLine(one, query.points ?? usualPoints, now)) };
    },
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/plan',
    rule: 'plan',
    says: 'What a pass would do, hold back or wait for: `reconcile plan -o json`.',
    query: planQuery,
    answer: s.planDocument,
    run: async ({ caller, query, service }) => ({ json: await service.plan(caller, { fresh: query.fresh === '1' }) }),
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/routes',
    rule: 'routes',
    says: 'Routes: declared, configured, served.',
    answer: s.routesDocument,
    run: async ({ caller, service }) => ({ json: await service.routes(caller) }),
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/certificates',
    rule: 'certificates',
    says: 'Certificates: declared, kept, served.',
    answer: s.certificatesDocument,
    run: async ({ caller, service }) => ({ json: await service.certificates(caller) }),
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/records',
    rule: 'records',
    says: 'Names: declared, in the zone, answered.',
    answer: s.recordsDocument,
    run: async ({ caller, service }) => ({ json: await service.records(caller) }),
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/history',
    rule: 'historyOfAll',
    says: 'What happened to services, newest first.',
    query: pastQuery,
    answer: s.historyDocument,
    run: async ({ caller, query, service }) => ({
      json: await service.history(caller, {
        limit: query.limit ?? usualLimit,
        ...(query.name === undefined ? {} : { name: query.name }),
      }),
    }),
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/past',
    rule: 'eventsOfAll',
    says: 'What the node did, oldest first. What happens from now on: /api/v1/events.',
    query: eventsQuery,
    answer: s.eventsDocument,
    run: async ({ caller, query, service }) => ({
      json: await service.events(caller, {
        ...pastOf(query),
        ...(query.name === undefined ? {} : { name: query.name }),
      }),
    }),
  }),
];

function pastOf({ after, limit }: { after?: number | undefined; limit?: number | undefined }) {
  return { limit: limit ?? usualLimit, ...(after === undefined ? {} : { after }) };
}
