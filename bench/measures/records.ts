import { rfc2136Driver } from '@reconcile/drivers/rfc2136';
import { createHost, type ReadHost } from '@reconcile/host';
import { primary, serversRoot } from '@reconcile/testkit/dns';
import { bareContext } from '@reconcile/testkit/proxy';
import { figures } from '../figures.ts';
import { alone, notMeasured, type Row } from '../row.ts';
import type { World } from '../world.ts';

const many = 500;

/** 500 records of a real Knot, each with its mark, by one signed transfer. */
export async function records({ options }: World): Promise<Row[]> {
  const about = { measure: `Knot: look at ${many} records by one AXFR`, limit: 50 };
  if (serversRoot() === undefined) return [notMeasured(about, 'no knotd here')];
  const mark = (n: number) => `"reconcile:1 fleet=home node=rift services=h${n} routes=443"`;
  const lines = Array.from({ length: many }, (_, n) => [
    `h${n} A 192.0.2.${n % 250}`,
    `_reconcile-a.h${n} TXT ${mark(n)}`,
  ]).flat();
  const server = await primary('knot', { lines });
  try {
    const host = createHost();
    const driver = rfc2136Driver(server.settings);
    const looks: number[] = [];
    for (let n = 0; n < 3 + 2 * options.runs; n++) {
      const begun = performance.now();
      const { resources } = await driver.observe(bareContext<ReadHost>(host));
      if (resources.filter(({ owner }) => owner === 'managed').length !== many)
        throw new Error('not all were seen as ours');
      // The first ones are for whoever compiles.
      if (n >= 3) looks.push(performance.now() - begun);
    }
    return [alone({ ...about, unit: 'ms' }, figures(looks))];
  } finally {
    await server.close();
  }
}
