import type { Action, Instant, LastGood, Pin, Resource, ResourceKey } from '@reconcile/core';
import type { AwaitArgs } from '@reconcile/core/kinds/container';
import type { Rows } from '../rows.ts';
import { containerId } from '../tables/container-spec.ts';
import { readPin } from '../tables/pin.ts';
import { neededBy, recallSlot } from '../tables/slot.ts';

/** What the plan knew of an action beyond its arguments. */
export interface Lookups {
  /** The resource it was planned for: the desired one, or the last good one that stands in for it. */
  resourceOf(action: Action): Resource | undefined;
  /** Any other desired resource. */
  desired(key: ResourceKey): Resource | undefined;
  /** Arguments of the gate that the same turn of a container ends with. */
  gateOf(action: Action): AwaitArgs | undefined;
}

/** Everything that decides what an ended action leaves in the registry, besides how it ended. */
export interface Recall {
  readonly at: Instant;
  readonly bootId: string;
  /** When the action was begun. */
  readonly begunAt: Instant | undefined;
  readonly resource: Resource | undefined;
  /** What that resource needs besides containers. */
  readonly needs: readonly Resource[];
  readonly gate: AwaitArgs | undefined;
  readonly readySinceBoot: boolean;
  readonly lastGoodKey: ResourceKey | undefined;
  readonly lastGood: LastGood | undefined;
  readonly typicalReadyMs: number | undefined;
  /** Runtime id under which the ledger has this container; undefined or '' when it was never made. */
  readonly recordedId: string | undefined;
  /** What the resource's image means on this node. */
  readonly pin: Pin | undefined;
}

export function recallFor(
  rows: Rows,
  action: Action,
  given: { lookups: Lookups; bootId: string; at: Instant; begunAt: Instant | undefined },
): Recall {
  const { lookups, bootId, at, begunAt } = given;
  const slot = recallSlot(rows, action.slot);
  const isContainer = action.kind === 'container';
  const resource = isContainer ? lookups.resourceOf(action) : undefined;
  const lastGood = isContainer ? slot?.lastGood() : undefined;
  const image = imageOf(action.args as { spec?: unknown } | null) ?? imageOf(resource);
  return {
    at,
    bootId,
    begunAt,
    resource,
    needs:
      resource === undefined
        ? []
        : neededBy(resource, (key) => lookups.desired(key) ?? lastGood?.needs.find((need) => need.key === key)),
    gate: isContainer ? lookups.gateOf(action) : undefined,
    readySinceBoot: slot?.readyBoot === bootId,
    lastGoodKey: slot?.lastGoodKey,
    lastGood,
    typicalReadyMs: slot?.typicalReadyMs,
    recordedId: isContainer ? containerId(rows, action.key.slice('container/'.length)) : undefined,
    pin: image === undefined ? undefined : readPin(rows, image),
  };
}

/** Image reference of a container's resource, or of the arguments that carry its spec. */
export function imageOf(of: { readonly spec?: unknown } | null | undefined): string | undefined {
  const image = (of?.spec as { image?: unknown } | null | undefined)?.image;
  return typeof image === 'string' ? image : undefined;
}
