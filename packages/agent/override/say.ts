import type { Desired, Principal } from '@reconcile/core';
import type { Host } from '@reconcile/host';
import { addOverride, endOverrides, listOverrides, type NewOverride, type Registry } from '@reconcile/registry';
import type { OverrideOrder } from '../service/contract.ts';
import { fail } from './errors.ts';

export interface OverrideContext {
  readonly registry: Registry;
  readonly host: Pick<Host, 'clock' | 'ids'>;
  readonly by: Principal;
  /** What the node is to be; undefined: not known, then no name can be checked. */
  readonly desired: Desired | undefined;
}

/** Freezes, stops here, or ends that; what holds afterwards is the answer. @throws OVERRIDE_UNKNOWN OVERRIDE_NONE */
export async function sayOverride(cx: OverrideContext, order: OverrideOrder): Promise<readonly NewOverride[]> {
  const { by, desired, host, registry } = cx;
  const now = host.clock.now();
  const { target, verb } = order;
  if (verb === 'freeze' || verb === 'stop') {
    checkTarget(desired, order);
    const until = order.forMs === undefined ? {} : { until: now + order.forMs };
    const why = order.why === undefined ? {} : { why: order.why };
    const override: NewOverride = {
      id: host.ids.random().slice(0, 12),
      verb,
      target,
      since: now,
      by,
      ...until,
      ...why,
    };
    await registry.write((rows) => addOverride(rows, override));
  } else {
    const ended = verb === 'thaw' ? 'freeze' : 'stop';
    const isAll = verb === 'thaw' && target === '';
    const count = await registry.write((rows) => endOverrides(rows, isAll ? { verb: ended } : { verb: ended, target }));
    if (count === 0)
      throw fail('OVERRIDE_NONE', {
        message: `${verb} ${target}`.trim(),
        wanted: ended === 'freeze' ? 'something that is frozen' : 'a service that is stopped on this node alone',
        actual: held(registry, now),
        hint: 'reconcile status',
      });
  }
  return registry.read((rows) => listOverrides(rows, now));
}

function held(registry: Registry, now: number): string {
  const all = registry.read((rows) => listOverrides(rows, now));
  const words = all.map(({ target, verb }) => `${target || 'the node'} (${verb})`);
  return words.length === 0 ? 'nothing is overridden here' : `only ${words.join(', ')}`;
}

function checkTarget(desired: Desired | undefined, { target, verb }: OverrideOrder): void {
  if (verb === 'freeze' && target === '') return;
  if (desired?.services[target] !== undefined) return;
  const known = Object.keys(desired?.services ?? {}).sort();
  throw fail('OVERRIDE_UNKNOWN', {
    message: `${verb} ${target}`,
    wanted: known.length === 0 ? 'a service of this node' : `one of ${known.join(', ')}`,
    actual: target === '' ? 'no name' : target.includes('/') ? 'a part of one' : 'none of this node',
    hint: 'reconcile ps',
  });
}
