import type { Plan } from '@reconcile/core';
import type { ImageArgs } from '@reconcile/core/kinds/image';
import type { ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../config/model.ts';
import { podmanSettings } from '../wire/settings/settings.ts';

export interface SizeInput {
  readonly config: NodeConfig;
  readonly host: ReadHost;
  readonly signal: AbortSignal;
}

/**
 * The same plan, for people: with how much its images will fetch, as far as their registries say so within two seconds.
 * Nothing is asked when nothing is to be pulled.
 */
export async function withPullSizes(made: Plan, { config, host, signal }: SizeInput): Promise<Plan> {
  if (config.drivers.containers !== 'podman') return made;
  const wanted = made.actions.flatMap(({ args, kind, verb }) =>
    kind === 'image' && verb === 'pull' ? [args as unknown as ImageArgs] : [],
  );
  if (wanted.length === 0) return made;
  const { pullSizes } = await import('@reconcile/drivers/podman/pull-size');
  const sizes = await pullSizes({ host, signal, settings: podmanSettings(config, host) }, wanted);
  if (sizes.size === 0) return made;
  const changes = made.changes.map((change) => {
    const bytes = sizes.get(change.key.slice('image/'.length));
    return change.kind === 'image' && change.pullBytes === null && bytes !== undefined
      ? { ...change, pullBytes: bytes }
      : change;
  });
  return { ...made, changes };
}
