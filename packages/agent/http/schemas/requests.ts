import { z } from 'zod';

// What a client may send. Strict: a word that nobody knows is a mistake that somebody should hear of.

const longestForMs = 30 * 86_400_000;
const word = z.string().min(1).max(253);

/** `mcr`, `mcr/web`. */
export const named = z.strictObject({
  name: word
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*){0,2}$/)
    .describe('A service, or SERVICE/COMPONENT.'),
});

const count = (most: number) => z.coerce.number().int().min(0).max(most);

export const planQuery = z.strictObject({
  fresh: z.enum(['0', '1']).optional().describe('1: looks now instead of telling of the last look.'),
});
export const samplesQuery = z.strictObject({
  samples: count(720).optional().describe('The newest this many of each; 60.'),
});
export const pointsQuery = z.strictObject({
  points: z.coerce.number().int().min(2).max(120).optional().describe('40.'),
});
export const pastQuery = z.strictObject({
  limit: count(2000).optional().describe('The newest this many; 100.'),
  name: word.optional().describe('A service, or SERVICE/COMPONENT.'),
});
export const eventsQuery = z.strictObject({
  ...pastQuery.shape,
  after: count(Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('Only what came after this id, or after this seq of a stream.'),
});
export const limitQuery = z.strictObject({ limit: count(2000).optional() });
export const auditQuery = z.strictObject({
  limit: count(1000).optional().describe('The newest this many; 100.'),
  before: count(Number.MAX_SAFE_INTEGER).optional().describe('Only rows with a smaller id.'),
});
export const logsQuery = z.strictObject({
  follow: z.enum(['0', '1']).optional(),
  previous: z.enum(['0', '1']).optional().describe('1: of the container before.'),
  tail: count(5000).optional().describe('The newest this many lines of each; 200.'),
  since: z.iso.datetime({ offset: true }).optional(),
});

const why = z.string().max(500).optional().describe('Kept with who and when.');
export const whyBody = z.strictObject({ why });
export const forBody = z.strictObject({
  why,
  forMs: z.int().min(1000).max(longestForMs).optional().describe('Absent: until somebody ends it.'),
});
export const runBody = z.strictObject({ job: word.describe('A job of that service.'), why });
export const applyBody = z.strictObject({
  services: z.array(word).max(1000).optional().describe('Only these.'),
  stages: z.array(word).max(100).optional().describe('Only these.'),
  confirm: z
    .array(z.string().regex(/^h[0-9a-f]{4,64}$/))
    .max(20)
    .optional()
    .describe('Hold ids that are released once.'),
  planId: z.string().max(128).optional().describe('Only if it is this plan.'),
});
export const loginBody = z.strictObject({ code: z.string().max(128).describe('From a login link.') });
export const tokenBody = z.strictObject({
  name: z.string().max(100),
  role: z.enum(['guest', 'user', 'admin']),
  services: z
    .array(z.string().max(100))
    .max(100)
    .default([])
    .describe('Held to these; none: to no service in particular.'),
  ttlMs: z.number().describe('How long it lives, ms.'),
});
export const tokenParams = z.strictObject({
  id: z.string().max(100).describe('Id of a token or session, or name of a token.'),
});
