import type { Driver, Observation } from '@reconcile/core';
import type { Host, ReadHost } from '@reconcile/host';

/** Says for which looks an answer from before is good enough. */
export interface Sparing {
  /** true: this look is about containers alone. */
  isNarrow: boolean;
}

/**
 * A driver that, in a narrow look, tells what it saw last instead of looking: a killed container says nothing about routes,
 * records and certificates. What it failed to see is never told again.
 */
export function sparingDriver(driver: Driver<ReadHost, Host>, sparing: Sparing): Driver<ReadHost, Host> {
  let last: Observation | undefined;
  return {
    ...driver,
    async observe(cx) {
      if (sparing.isNarrow && last !== undefined) return { resources: last.resources };
      last = undefined;
      last = await driver.observe(cx);
      return last;
    },
  };
}
