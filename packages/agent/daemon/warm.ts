import type { Driver, Kind, KindDefinition } from '@reconcile/core';
import { GateBook } from '@reconcile/engine';
import type { Host, ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../config/model.ts';
import { type Drivers, nodeDrivers } from '../wire/drivers/index.ts';
import { nodeKinds } from '../wire/kinds/index.ts';
import { type Sparing, sparingDriver } from './sparing.ts';

/** What lives as long as one configuration: drivers with what they keep, and how they look. */
export interface Warm {
  readonly drivers: Drivers;
  readonly kinds: readonly KindDefinition[];
  readonly sparing: Sparing;
  readonly gates: GateBook;
  readonly prepared: { isDone: boolean };
}

/** Kinds that a hint about containers is about. */
const ofContainers: readonly Kind[] = ['container', 'file', 'port-lease'];

/** @throws CONFIG_INVALID and the drivers' own SETTINGS */
export async function warmParts(config: NodeConfig, host: Host): Promise<Warm> {
  const plain = await nodeDrivers(config, host);
  const sparing: Sparing = { isNarrow: false };
  const twins = new Map<Driver<ReadHost, Host>, Driver<ReadHost, Host>>();
  for (const driver of plain.observers) {
    const isAsked = driver.serves.some((kind) => ofContainers.includes(kind));
    twins.set(driver, isAsked ? driver : sparingDriver(driver, sparing));
  }
  const twin = (driver: Driver<ReadHost, Host>) => twins.get(driver) ?? driver;
  return {
    drivers: {
      observers: plain.observers.map(twin),
      byKind: new Map([...plain.byKind].map(([kind, driver]) => [kind, twin(driver)])),
    },
    kinds: await nodeKinds(config),
    sparing,
    gates: new GateBook(),
    prepared: { isDone: false },
  };
}
