import type { Instant, Locus, ResourceKey, SlotKey } from '@reconcile/core';
import {
  type ContainerCare,
  type ContainerState,
  type HealthSpec,
  probeTarget,
  upgradeContainer,
} from '@reconcile/core/kinds/container';
import type { ProbeTarget } from '@reconcile/engine';
import type { Seen } from '../../look/look.ts';

/** One container that is watched for as long as it runs. */
export interface Target {
  readonly key: ResourceKey;
  readonly slot: SlotKey;
  readonly id: string;
  readonly startedAt: Instant;
  readonly locus: Locus;
  readonly probe: ProbeTarget;
  readonly health: HealthSpec;
  /** As it was recorded: by its gate, or by us. */
  readonly recorded: 'healthy' | 'unhealthy';
  /** `restart = "no"`: it is told, and nothing is done. */
  readonly isLeftAlone: boolean;
}

/** Every running container whose gate was passed, also one that has nothing to ask. Pure. */
export function targetsOf({ input, ledger, observed }: Pick<Seen, 'input' | 'ledger' | 'observed'>): readonly Target[] {
  const cares = new Map<SlotKey, ContainerCare>();
  for (const { care, kind, slot } of Object.values(input.desired.resources))
    if (kind === 'container') cares.set(slot, care as unknown as ContainerCare);
  const found: Target[] = [];
  for (const seen of Object.values(observed.resources)) {
    const { health, key, kind, owner, slot } = seen;
    if (kind !== 'container' || owner !== 'managed' || (health !== 'healthy' && health !== 'unhealthy')) continue;
    const state = seen.state as unknown as ContainerState;
    const care = cares.get(slot);
    const spec = upgradeContainer(seen.spec ?? null, seen.schema ?? 0);
    if (care === undefined || spec === undefined || !state.alive) continue;
    const name = key.slice('container/'.length);
    const place = probeTarget(spec, care.health.port, (route) => ledger.leases[`port-lease/${name}/${route}`]);
    found.push({
      key,
      slot,
      id: state.id,
      startedAt: state.startedAt,
      locus: { running: true, pid: state.pid, id: state.id, startedAt: state.startedAt },
      probe: { name, health: care.health, hostNetwork: spec.network === 'host', ...place },
      health: care.health,
      recorded: health,
      isLeftAlone: care.restart === 'no',
    });
  }
  return found;
}
