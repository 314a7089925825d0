import { randomInt } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type Desired, emptyHistory, type Json, type Observed, type Resource } from '@reconcile/core';
import { kinds } from '@reconcile/core/kinds';
import { type RecordSpec, record, recordKey, recordProvider } from '@reconcile/core/kinds/record';
import { plan } from '@reconcile/core/plan';
import { hostsDriver } from '@reconcile/drivers/hosts';
import { rfc2136Driver } from '@reconcile/drivers/rfc2136';
import { createHost, createReadHost } from '@reconcile/host';
import { type Dnsmasq, dnsmasq, type Primary, primary, sendUpdate, serversLacking } from '@reconcile/testkit/dns';
import { bareContext } from '@reconcile/testkit/proxy';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

// Edits behind our back, at random, on real servers: each is put back, or told where it is not ours; then nothing is written any more.

const edits = 100;
const quietPasses = 100;
const each = 8;

const names = (zone: string, driver: RecordSpec['driver']): RecordSpec[] =>
  Array.from({ length: each }, (_, n) => ({
    type: n % 4 === 3 ? 'AAAA' : 'A',
    hostname: `n${n}.${zone}`,
    zone,
    driver,
    value: n % 4 === 3 ? `2001:db8::${n}` : `192.0.2.${n + 10}`,
    routes: [],
  }));

for (const kind of ['knot', 'bind'] as const) {
  describe.skipIf(serversLacking !== undefined)(
    `names edited by others: dnsmasq, ${kind} ${serversLacking ?? ''}`,
    () => {
      let hosts: Dnsmasq;
      let zone: Primary;
      const specs = [...names('example.net', 'hosts'), ...names('example.com', 'rfc2136')];
      const drivers = () =>
        new Map([
          ['hosts', hostsDriver({ dir: hosts.hostsDir })],
          [recordProvider({ driver: 'rfc2136', zone: 'example.com' }), rfc2136Driver(zone.settings)],
        ]);
      const seed = Number(process.env.RECONCILE_SEED ?? randomInt(2 ** 31));
      let state = seed;
      const pick = (below: number) => {
        state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
        return (state >>> 8) % below;
      };

      beforeAll(async () => {
        hosts = await dnsmasq();
        zone = await primary(kind, { zone: 'example.com', lines: ['mail A 192.0.2.5'] });
      });
      afterAll(async () => {
        await hosts?.close();
        await zone?.close();
      });

      const desired: Desired = {
        ...bareContext(undefined).desired,
        services: { web: { stage: 0, active: true } },
        resources: Object.fromEntries(
          specs.map((spec): [string, Resource] => {
            const key = recordKey(spec);
            const references = record.references(spec);
            const more = { slot: key, services: ['web'], specHash: 'x', references, claims: [] };
            return [key, { key, kind: 'record', spec: spec as unknown as Json, ...more }];
          }),
        ),
      };

      /** One pass, looking through a host that cannot write: ids of what was done, keys of what waits. */
      async function pass(): Promise<{ done: string[]; waits: string[] }> {
        const all = drivers();
        const found = await Promise.all(
          [...all.values()].map((driver) => driver.observe(bareContext(createReadHost()))),
        );
        const resources = Object.fromEntries(found.flatMap((one) => one.resources).map((one) => [one.key, one]));
        const observed: Observed = { node: 'rift', at: 0, bootId: 'b', resources, blind: {}, busy: [] };
        const made = plan({ desired, observed, kinds, history: emptyHistory, now: 0, served: ['record'] });
        for (const action of made.actions) {
          const provider = recordProvider((action.args as unknown as { spec: RecordSpec }).spec);
          await all.get(provider)?.apply(bareContext(createHost()), action);
        }
        return { done: made.actions.map(({ id }) => id), waits: made.waiting.map(({ key }) => key) };
      }

      const fileOf = ({ hostname, type }: RecordSpec) => `${hosts.hostsDir}/${type.toLowerCase()}-${hostname}.hosts`;

      /** Something that is ours to put back. */
      async function edit(spec: RecordSpec): Promise<void> {
        if (spec.driver === 'hosts') {
          const path = fileOf(spec);
          const text = await readFile(path, 'utf8');
          const [mark = ''] = text.split('\n');
          const ways = [
            () => rm(path),
            () => writeFile(path, text.replace(spec.value, spec.type === 'A' ? '192.0.2.99' : '2001:db8::99')),
            () => writeFile(path, `${text}192.0.2.98 more.example.net\n`),
            () => writeFile(path, `${mark}\n`),
          ];
          return ways[pick(ways.length)]?.();
        }
        const { hostname, type } = spec;
        const other = type === 'A' ? '192.0.2.99' : '2001:db8::99';
        const ways = [
          [{ remove: { name: hostname, type } }],
          [{ remove: { name: hostname, type } }, { add: { name: hostname, type, value: other } }],
          [{ add: { name: hostname, type, value: other } }],
          [
            { remove: { name: hostname, type } },
            { remove: { name: `_reconcile-${type.toLowerCase()}.${hostname}`, type: 'TXT' as const } },
          ],
        ];
        await sendUpdate(zone, ways[pick(ways.length)] ?? []);
      }

      const snapshot = async () => {
        const files = (await readdir(hosts.hostsDir)).sort();
        return JSON.stringify([
          files,
          await Promise.all(files.map((name) => readFile(`${hosts.hostsDir}/${name}`, 'utf8'))),
        ]);
      };

      test(`${edits} random edits are put back (seed ${seed})`, async () => {
        expect((await pass()).done.length).toBe(2 * each);
        const good = await snapshot();
        for (let n = 0; n < edits; n++) {
          const spec = specs[pick(specs.length)] as RecordSpec;
          await edit(spec);
          const { done, waits } = await pass();
          expect([done.map((id) => id.split('#')[0]), waits], `edit ${n} of ${spec.hostname}`).toEqual([
            [recordKey(spec)],
            [],
          ]);
        }
        expect(await pass()).toEqual({ done: [], waits: [] });
        expect(await snapshot()).toBe(good);
        for (const spec of specs) {
          const server = spec.driver === 'hosts' ? hosts : zone;
          await expect.poll(() => server.resolve(spec.hostname, spec.type)).toEqual([spec.value]);
        }
      });

      test('what is not ours any more is told and left alone, until it is away', async () => {
        const [, web] = specs.filter(({ driver }) => driver === 'rfc2136');
        const mark = { name: `_reconcile-a.${web?.hostname}`, type: 'TXT' as const };
        await sendUpdate(zone, [{ remove: mark }]);
        await writeFile(`${hosts.hostsDir}/by-hand`, '192.0.2.77 n0.example.net\n');
        const before = await zone.serial();
        for (let n = 0; n < 5; n++) {
          const { done, waits } = await pass();
          expect([done, waits]).toEqual([[], ['record/A/n0.example.net', `record/A/${web?.hostname}`]]);
        }
        expect(await zone.serial()).toBe(before);
        await rm(`${hosts.hostsDir}/by-hand`);
        await sendUpdate(zone, [{ remove: { name: web?.hostname ?? '', type: 'A' } }]);
        expect((await pass()).done).toEqual([`record/A/${web?.hostname}#create`]);
      });

      test(`${quietPasses} quiet passes write nothing: the same files, the same serial`, async () => {
        const before = [await snapshot(), await zone.serial()];
        for (let n = 0; n < quietPasses; n++) expect(await pass()).toEqual({ done: [], waits: [] });
        expect([await snapshot(), await zone.serial()]).toEqual(before);
        expect(await zone.resolve('mail.example.com')).toEqual(['192.0.2.5']);
      });
    },
  );
}
