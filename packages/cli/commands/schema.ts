import type { CliContext } from '../frame/context.ts';
import { exit } from '../frame/exit.ts';

/** Files that have a schema. */
export type SchemaFile = 'service' | 'fleet' | 'node';

/** The JSON Schema of one kind of file, always laid out for reading. */
export async function runSchema(cx: CliContext, file: SchemaFile): Promise<number> {
  cx.printText(JSON.stringify(await schemaOf(file), null, 2));
  return exit.converged;
}

async function schemaOf(file: SchemaFile): Promise<Record<string, unknown>> {
  switch (file) {
    case 'service':
    case 'fleet':
      return (await import('@reconcile/spec/schema')).jsonSchema(file);
    case 'node':
      return (await import('@reconcile/agent/config')).nodeJsonSchema();
  }
}
