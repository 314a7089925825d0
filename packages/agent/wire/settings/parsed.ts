import type { NodeConfig } from '../../config/model.ts';
import { fail } from '../../errors.ts';

/** A driver's own schema, as far as we use it; its library is loaded by whoever has a table. */
export interface TableSchema<T> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** `[drivers.<name>]`, such as `rfc2136."example.com"`, by its driver's schema. @throws CONFIG_INVALID naming every problem */
export function parsed<T>(
  config: NodeConfig,
  name: string,
  { schema, value }: { readonly schema: TableSchema<T>; readonly value: unknown },
): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'the table'}: ${issue.message}`);
  throw fail('CONFIG_INVALID', {
    message: `read [drivers.${name}] of ${config.path}`,
    key: config.path,
    actual: problems.join('; '),
    hint: 'every key stands in specs/node.toml.md',
  });
}
