import type { Json, ObservedResource, Observer } from '@reconcile/core';
import { seenRecord } from '@reconcile/core/kinds/record';
import type { ReadHost } from '@reconcile/host';
import { McnsClient } from './client.ts';
import type { McnsSettings } from './settings.ts';
import { zoneSets } from './zone.ts';

/** One zone of MCNS by one request a look. */
export function mcnsObserver(settings: McnsSettings): Observer<ReadHost> {
  return {
    name: `mcns ${settings.zone}`,
    serves: ['record'],
    async observe(cx) {
      const sets = zoneSets(await new McnsClient(cx.host, settings, cx.signal).list());
      const found = [...sets.values()].filter(({ values, mark }) => values.length > 0 || mark !== undefined);
      const resources = found.map(({ type, hostname, values, mark }) =>
        seenRecord({ type, hostname, zone: settings.zone, driver: 'mcns', state: { values }, mark }, cx),
      );
      return { resources: resources as unknown as ObservedResource<Json>[] };
    },
  };
}
