import { z } from 'zod';
import { fleetFile } from './fleet.ts';
import { serviceFile } from './service.ts';

/** JSON Schema (2020-12) of what may be written, for editors: `reconcile schema`. Keys with a default are optional in it. */
export function jsonSchema(file: 'service' | 'fleet'): Record<string, unknown> {
  const schema = file === 'service' ? serviceFile : fleetFile;
  const title = file === 'service' ? 'reconcile service definition' : 'reconcile fleet.toml';
  return { title, ...z.toJSONSchema(schema, { io: 'input' }) };
}
