import { z } from 'zod';
import {
  apiSchema,
  authSchema,
  bindsSchema,
  driverNames,
  driversShape,
  listenerSchema,
  notifySchema,
  policySchema,
  secretsSchema,
  sourceSchema,
  topSchema,
} from './schema.ts';

// node.toml as a whole. Reading checks its tables one by one, so that a mistake in one hides none in another.

/** Made when it is asked for: this module is on the way of every pass. */
function nodeFile() {
  // What a table of a driver may hold is for that driver to say.
  const driverTables = Object.fromEntries(driverNames.map((name) => [name, z.looseObject({}).optional()]));
  return z.strictObject({
    ...topSchema.shape,
    addresses: z
      .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/), z.string())
      .optional()
      .describe('Name → IP address; the first is the one that others are told.'),
    source: sourceSchema.describe('Where definitions come from.'),
    drivers: z
      .strictObject({ ...driverTables, ...driversShape })
      .optional()
      .describe('Who does what on this machine.'),
    listeners: z
      .record(z.string().regex(/^[1-9]\d{0,4}$/), z.union([bindsSchema, listenerSchema]))
      .optional()
      .describe("A route's port → where it is really bound."),
    policy: policySchema.optional().describe('What definitions may ask for here.'),
    api: apiSchema.optional(),
    auth: authSchema.optional(),
    secrets: secretsSchema.optional(),
    notify: notifySchema.optional().describe('Whom the agent tells of incidents, and that it is well.'),
  });
}

/** JSON Schema (2020-12) of node.toml, for editors: `reconcile schema node`. */
export function nodeJsonSchema(): Record<string, unknown> {
  return { title: 'reconcile node.toml', ...z.toJSONSchema(nodeFile(), { io: 'input' }) };
}
