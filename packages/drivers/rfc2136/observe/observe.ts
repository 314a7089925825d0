import type { Json, ObserveContext, ObservedResource, Observer } from '@reconcile/core';
import { seenRecord } from '@reconcile/core/kinds/record';
import type { ReadHost } from '@reconcile/host';
import { fail } from '../errors.ts';
import { classes, type Decoded, garbled, type ResourceRecord, rcodeText, types } from '../wire/index.ts';
import { askSigned } from './ask.ts';
import { readKey } from './key.ts';
import type { Rfc2136Settings } from './settings.ts';
import { zoneSets } from './zone.ts';

/** One zone by one transfer a look: all of it, or an error. */
export function rfc2136Observer(settings: Rfc2136Settings): Observer<ReadHost> {
  return {
    name: `rfc2136 ${settings.zone}`,
    serves: ['record'],
    async observe(cx) {
      const sets = zoneSets(await transfer(cx, settings));
      const found = [...sets.values()].filter(({ values, mark }) => values.length > 0 || mark !== undefined);
      const resources = found.map(({ type, hostname, values, mark }) =>
        seenRecord({ type, hostname, zone: settings.zone, driver: 'rfc2136', state: { values }, mark }, cx),
      );
      return { resources: resources as unknown as ObservedResource<Json>[] };
    },
  };
}

/** The zone between its two SOA records (RFC 5936 2.2). */
async function transfer(cx: ObserveContext<ReadHost>, settings: Rfc2136Settings): Promise<readonly ResourceRecord[]> {
  const key = await readKey(cx.host, settings.keyFile);
  const asked = { questions: [{ name: settings.zone, type: types.AXFR, class: classes.IN }] };
  let ends = 0;
  const answers = await askSigned({ host: cx.host, signal: cx.signal, settings, key }, asked, (answer) => {
    ends += answer.answers.filter(({ type }) => type === types.SOA).length;
    return answer.rcode !== 0 || ends >= 2 || answer.answers.length === 0;
  });
  refuse(answers, settings, key.name);
  const records = answers.flatMap((answer) => answer.answers);
  const [first] = records;
  const last = records[records.length - 1];
  if (ends !== 2 || first?.type !== types.SOA || last?.type !== types.SOA || first.name !== settings.zone)
    throw garbled(`a transfer of ${settings.zone} without its beginning or end`);
  return records;
}

/** @throws RFC2136_TRANSFER */
function refuse(answers: readonly Decoded[], { zone, server }: Rfc2136Settings, keyName: string): void {
  const rcode = answers.find((answer) => answer.rcode !== 0)?.rcode;
  if (rcode === undefined) return;
  throw fail('RFC2136_TRANSFER', {
    message: `transfer ${zone} from ${server.ip} port ${server.port}`,
    actual: rcodeText(rcode),
    hint: `allow transfers of ${zone} to the key ${keyName} there`,
  });
}
