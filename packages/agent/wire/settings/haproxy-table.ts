import { type HaproxyTable, haproxyTable } from '@reconcile/drivers/haproxy/table';
import type { NodeConfig } from '../../config/model.ts';
import { fail } from '../../errors.ts';

/** `[drivers.haproxy]` by the driver's own schema. @throws CONFIG_INVALID */
export function readHaproxyTable(config: NodeConfig): HaproxyTable {
  const parsed = haproxyTable.safeParse(config.driverTable('haproxy') ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the table'}: ${issue.message}`);
  throw fail('CONFIG_INVALID', {
    message: `read [drivers.haproxy] of ${config.path}`,
    key: config.path,
    actual: problems.join('; '),
    hint: 'every key stands in specs/node.toml.md',
  });
}
