import { z } from 'zod';
import type { PassOrder } from '../service/order.ts';

// Questions as they come over the wire. What is not named here is refused, not left out: an order is carried out whole or not at all.

const name = z.string().min(1).max(300);
const why = z.string().max(2000).optional();
const names = z.array(name).max(1000);

export const nothing = z.unknown().transform(() => ({}));
export const named = z.strictObject({ name });
export const services = z.strictObject({ names: names.optional() });
export const plan = z.strictObject({ fresh: z.boolean().optional() });
export const past = z.strictObject({
  name: name.optional(),
  limit: z.int().min(0).max(50_000).optional(),
  after: z.int().optional(),
});
export const health = z.strictObject({ slot: name.optional(), samples: z.int().min(0).optional() });
export const override = z.union([
  z.strictObject({
    verb: z.enum(['freeze', 'stop']),
    target: z.string().max(300),
    forMs: z.int().min(1).optional(),
    why,
  }),
  z.strictObject({ verb: z.enum(['thaw', 'start']), target: z.string().max(300) }),
]);
export const watch = z.strictObject({ after: z.int().optional() });
export const logs = z.strictObject({
  name,
  follow: z.boolean().optional(),
  previous: z.boolean().optional(),
  tail: z.int().min(0).max(10_000_000).optional(),
  since: z.string().max(40).optional(),
});

const adoption = z.strictObject({
  name,
  id: name,
  slot: name,
  spec: z.json(),
  specHash: name,
  schema: z.int(),
  aliased: z.boolean(),
  leases: z.record(z.string().max(300), z.int().min(1).max(65_535)),
});
const from = z.string().min(1).max(4096);
const data = z.discriminatedUnion('verb', [
  z.strictObject({ verb: z.literal('snapshot'), service: name, how: z.enum(['stopped', 'paused', 'hook']) }),
  z.strictObject({ verb: z.literal('stage'), service: name, from }),
  z.strictObject({ verb: z.literal('swap'), service: name, from, keepStopped: z.boolean() }),
]);
/** A key of the contract that is missing here does not compile. */
const orderShape = {
  scope: z.strictObject({ service: names.optional(), stage: names.optional() }).optional(),
  confirm: names.optional(),
  acceptHistory: z.boolean().optional(),
  planId: z.string().max(64).optional(),
  trial: z.strictObject({ withinMs: z.int().min(1000), ref: name.optional() }).optional(),
  keep: z.string().max(300).optional(),
  fetch: z.boolean().optional(),
  change: z.strictObject({ path: name, text: z.string().optional() }).optional(),
  request: z.strictObject({ verb: z.enum(['restart', 'retry', 'run']), target: name, why }).optional(),
  data: data.optional(),
  adopt: z.array(adoption).max(1000).optional(),
  byName: name.optional(),
} satisfies Readonly<Record<keyof PassOrder, z.ZodType>>;
const order = z.strictObject(orderShape);
export const begin = z.strictObject({ order, asks: z.boolean() });
export const approval = z.strictObject({ approved: z.boolean() });

const cells = z.int().min(1).max(10_000);
export const exec = z.strictObject({
  name,
  argv: z
    .array(z.string().max(128 * 1024))
    .min(1)
    .max(4096),
  terminal: z.strictObject({ columns: cells, rows: cells, term: z.string().regex(/^[\w.+-]{1,64}$/) }).optional(),
});
export const input = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('bytes'), data: z.base64() }),
  z.strictObject({ kind: z.literal('end') }),
  z.strictObject({ kind: z.literal('size'), columns: cells, rows: cells }),
]);
