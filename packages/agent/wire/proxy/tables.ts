import type { CaddySettings } from '@reconcile/drivers/caddy/settings';
import type { McproxySettings } from '@reconcile/drivers/mcproxy/settings';
import type { NodeConfig } from '../../config/model.ts';
import { fail } from '../../errors.ts';
import { nodePaths } from '../../node/paths.ts';

/** `[drivers.caddy]` by the driver's own schema. @throws CADDY_SETTINGS CONFIG_INVALID */
export async function readCaddySettings(config: NodeConfig): Promise<CaddySettings> {
  const { caddyTable } = await import('@reconcile/drivers/caddy/table');
  const { caddySettings } = await import('@reconcile/drivers/caddy/settings');
  const table = parsed(config, 'caddy', caddyTable.safeParse(config.driverTable('caddy') ?? {}));
  return caddySettings(table, { certificatesDir: nodePaths(config).certificates });
}

/** `[drivers.mcproxy]` by the driver's own schema. @throws MCPROXY_SETTINGS CONFIG_INVALID */
export async function readMcproxySettings(config: NodeConfig): Promise<McproxySettings> {
  const { mcproxyTable } = await import('@reconcile/drivers/mcproxy/table');
  const { mcproxySettings } = await import('@reconcile/drivers/mcproxy/settings');
  const table = parsed(config, 'mcproxy', mcproxyTable.safeParse(config.driverTable('mcproxy') ?? {}));
  return mcproxySettings(table, { stateDir: config.stateDir, certificatesDir: nodePaths(config).certificates });
}

type Result<T> =
  | { readonly success: true; readonly data: T }
  | {
      readonly success: false;
      readonly error: {
        readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
      };
    };

function parsed<T>(config: NodeConfig, name: string, result: Result<T>): T {
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'the table'}: ${issue.message}`);
  throw fail('CONFIG_INVALID', {
    message: `read [drivers.${name}] of ${config.path}`,
    key: config.path,
    actual: problems.join('; '),
    hint: 'every key stands in specs/node.toml.md',
  });
}
