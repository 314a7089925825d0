import { type ZodType, z } from 'zod';
import { accessTable } from '../access/index.ts';
import type { Endpoint } from './endpoint.ts';
import { problem } from './schemas/documents.ts';

type Doc = Record<string, unknown>;

/** The OpenAPI 3.1 description of exactly those endpoints that are served, from the schemas that check them. */
export function describeApi(endpoints: readonly Endpoint[], version: string): Doc {
  const paths: Record<string, Doc> = {};
  for (const one of endpoints) {
    const path = one.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [one.method.toLowerCase()]: operation(one) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'reconcile agent',
      version,
      description: 'Documents are what the commands print with -o json; fields are only ever added.',
    },
    paths,
    components: {
      schemas: { Problem: schemaOf(problem, 'output') },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'reconcile_<node>' },
      },
    },
  };
}

function operation(one: Endpoint): Doc {
  const rule = accessTable[one.rule];
  const type = one.streams === true ? 'text/event-stream' : 'application/json';
  const parameters = [...parametersOf(one.params, 'path'), ...parametersOf(one.query, 'query')];
  return {
    operationId: `${one.method.toLowerCase()}${one.path.replace(/\W+(\w)/g, (_all, letter: string) => letter.toUpperCase())}`,
    summary: one.says,
    'x-least-role': rule.least,
    'x-rule': one.rule,
    security: rule.least === 'anyone' ? [] : [{ token: [] }, { session: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(one.body === undefined
      ? {}
      : { requestBody: { content: { 'application/json': { schema: schemaOf(one.body, 'input') } } } }),
    responses: {
      200: { description: one.says, content: { [type]: { schema: schemaOf(one.answer, 'output') } } },
      default: {
        description: 'What went wrong, with a code of specs/errors.md.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function parametersOf(schema: ZodType | undefined, where: 'path' | 'query'): Doc[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, { description?: string }>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(property.description === undefined ? {} : { description: property.description }),
    schema: property,
  }));
}

function schemaOf(schema: ZodType, io: 'input' | 'output'): Doc {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Doc;
  return rest;
}
