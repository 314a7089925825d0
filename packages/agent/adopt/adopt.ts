import type { Desired, Json, ObservedResource, Resource, SlotKey } from '@reconcile/core';
import {
  type ContainerCare,
  type ContainerSpec,
  type ContainerState,
  containerFields,
  containerVersion,
} from '@reconcile/core/kinds/container';
import { type Adoptable, inspectAdoptable, observedSpec } from '@reconcile/drivers/podman/adopt';
import type { ReadHost } from '@reconcile/host';
import { specHash } from '@reconcile/spec/hash';
import type { Seen } from '../look/look.ts';
import type { Adoption } from '../service/order.ts';

/** What taking one container over for one slot would come to. */
export interface AdoptCase {
  readonly slot: SlotKey;
  readonly container: string;
  readonly id: string;
  readonly pid: number;
  /** `as it is`: nothing is touched, the process goes on. `one restart`: it is ours, and the next pass replaces it. */
  readonly verdict: 'as it is' | 'one restart' | 'not possible';
  /** What differs from the definition, or why it cannot be. */
  readonly fields: readonly { readonly field: string; readonly from: Json; readonly to: Json }[];
  readonly why: readonly string[];
  /** For a person to do besides. */
  readonly also: readonly string[];
  /** What the ledger is told; absent where it is not possible. */
  readonly adoption?: Adoption;
}

interface Looking {
  readonly host: ReadHost;
  readonly desired: Desired;
  readonly seen: Seen;
  readonly signal: AbortSignal;
}

/** Containers that are not ours, by name. */
export function foreignContainers({ seen }: Pick<Looking, 'seen'>): ObservedResource[] {
  return Object.values(seen.observed.resources).filter(
    ({ kind, owner }) => kind === 'container' && owner === 'foreign',
  );
}

/** Declared containers that nothing of ours fills. */
export function openSlots({
  desired,
  seen,
}: Pick<Looking, 'desired' | 'seen'>): Resource<ContainerSpec, ContainerCare>[] {
  const filled = new Set(
    Object.values(seen.observed.resources).flatMap(({ kind, owner, slot }) =>
      kind === 'container' && owner === 'managed' ? [slot] : [],
    ),
  );
  return Object.values(desired.resources).flatMap((resource) =>
    resource.kind === 'container' && !filled.has(resource.slot)
      ? [resource as unknown as Resource<ContainerSpec, ContainerCare>]
      : [],
  );
}

/** Looks at one container as what would fill one slot. Reads only. @throws PODMAN_* */
export async function judgeAdoption(
  looking: Looking,
  resource: Resource<ContainerSpec, ContainerCare>,
  one: ObservedResource,
): Promise<AdoptCase> {
  const { host, seen, signal } = looking;
  const name = one.key.slice('container/'.length);
  const found = await inspectAdoptable(host, name, signal);
  const { container } = found;
  const local = seen.observed.resources[`image/${resource.spec.image}`]?.state as
    | { imageId?: string }
    | null
    | undefined;
  const state = one.state as unknown as ContainerState;
  const isSameImage = local?.imageId !== undefined && local.imageId === container.Image.replace(/^sha256:/, '');
  const { aliased, leases, spec, tolerated } = observedSpec(found, resource.spec, isSameImage);
  const fields = containerFields(spec, resource.spec, resource.care?.ignore ?? []);
  const unknown = [
    ...resource.spec.files.map(({ target }) => `file ${target}`),
    ...resource.spec.secrets.map((secret) => `secret ${secret.name}`),
  ];
  const impossible = refusals(found, state);
  const base = {
    slot: resource.slot,
    container: name,
    id: container.Id,
    pid: container.State.Pid,
    fields,
    also: alsoOf(found, tolerated),
  };
  if (impossible.length > 0) return { ...base, verdict: 'not possible', why: impossible };
  const isAsItIs = fields.length === 0 && unknown.length === 0;
  const recorded = isAsItIs
    ? { spec: resource.spec, specHash: resource.specHash }
    : { spec, specHash: specHash(spec as unknown as Json) };
  const adoption: Adoption = {
    name,
    id: container.Id,
    slot: resource.slot,
    schema: containerVersion,
    aliased,
    leases,
    ...recorded,
    spec: recorded.spec as unknown as Json,
  };
  return {
    ...base,
    verdict: isAsItIs ? 'as it is' : 'one restart',
    why: unknown.map((what) => `${what} is put in by us alone`),
    adoption,
  };
}

function refusals({ container }: Adoptable, state: ContainerState): string[] {
  return [
    ...(container.Pod !== undefined && container.Pod !== '' ? ['it is in a pod: its network belongs to the pod'] : []),
    ...(container.IsInfra === true ? ['it is the frame of a pod'] : []),
    ...(state.phase === 'running' ? [] : ['it does not run: remove it, the next pass makes it']),
  ];
}

function alsoOf({ container }: Adoptable, tolerated: readonly string[]): string[] {
  const unit = container.Config.Labels?.PODMAN_SYSTEMD_UNIT;
  const compose =
    container.Config.Labels?.['com.docker.compose.project'] ?? container.Config.Labels?.['io.podman.compose.project'];
  const policy = container.HostConfig.RestartPolicy?.Name ?? '';
  return [
    ...(unit === undefined
      ? []
      : [`systemd starts it, too (${unit}): take its file away, then systemctl --user daemon-reload`]),
    ...(compose === undefined
      ? []
      : [`compose would stop it with its project ${compose}: no longer use compose for it`]),
    ...(policy === '' || policy === 'no' ? [] : [`podman starts it again by itself (${policy}) until it is replaced`]),
    ...tolerated.map((what) => `${what}: from its next replacement on`),
  ];
}
