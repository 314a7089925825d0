import { plainIp } from '@reconcile/core';
import { type RecordSpec, record as recordKind } from '@reconcile/core/kinds/record';
import { type Compilation, warn } from './context.ts';
import { zoneOf } from './zones.ts';

/** One record per published name that lies in a zone whose records somebody writes, with the address the zone asks for. */
export function compileRecords(cx: Compilation): void {
  const { node, fleet } = cx.input;
  const lacking = new Set<string>();
  for (const hostname of [...cx.published.keys()].sort()) {
    const zone = zoneOf(hostname, fleet);
    const name = cx.published.get(hostname);
    if (zone === undefined || zone.driver === 'none' || name === undefined) continue;
    const address =
      zone.address === null ? node.addresses[0] : node.addresses.find((each) => each.name === zone.address);
    if (address === undefined) {
      lacking.add(zone.zone);
      continue;
    }
    const type = address.ip.includes(':') ? 'AAAA' : 'A';
    const spec: RecordSpec = {
      driver: zone.driver,
      hostname,
      routes: [...name.routes].sort(),
      type,
      value: plainIp(address.ip),
      zone: zone.zone,
    };
    for (const service of [...name.services].sort()) {
      cx.out.share(`record/${type}/${hostname}`, service, () => ({ spec, references: recordKind.references(spec) }));
    }
  }
  for (const name of lacking) {
    const wanted = fleet.zones.find((zone) => zone.zone === name)?.address;
    const what = wanted === null || wanted === undefined ? 'any address' : `an address "${wanted}"`;
    warn(cx, `zones.${JSON.stringify(name)}.address`, {
      message: `names in ${name} get no record from node "${node.node}": its node.toml does not have ${what}`,
      hint: 'add it to [addresses] in node.toml',
    });
  }
}
