import { chmod, rm, writeFile } from 'node:fs/promises';
import type { RecordState } from '@reconcile/core/kinds/record';
import { rfc2136Driver } from '@reconcile/drivers/rfc2136';
import { createHost, createReadHost, type Host, type ReadHost } from '@reconcile/host';
import { describeLaw } from '@reconcile/testkit/contract';
import {
  type Primary,
  primary,
  recordActions,
  recordKinds,
  recordScript,
  serversLacking,
} from '@reconcile/testkit/dns';
import { bareContext } from '@reconcile/testkit/proxy';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const place = { zone: 'example.net', driver: 'rfc2136' } as const;
const at = (hostname: string, more: object = {}) => recordActions({ ...place, hostname, ...more });
const handmade = ['mail A 192.0.2.5', 'shop CNAME mail', '* A 192.0.2.200', '* TXT "any"', '@ TXT "v=spf1 -all"'];

for (const kind of ['knot', 'bind'] as const) {
  if (serversLacking !== undefined) {
    test.skip(`${kind}: ${serversLacking}`, () => undefined);
    continue;
  }

  describeLaw<ReadHost, Host>(`real ${kind}`, async () => {
    const server = await primary(kind, { lines: handmade });
    return {
      driver: rfc2136Driver(server.settings),
      kinds: recordKinds,
      script: recordScript(place),
      observing: () => bareContext(createReadHost()),
      applying: (signal) => bareContext(createHost(), signal),
      fingerprint: async () => String(await server.serial()),
      refused: [
        { action: at('mail.example.net').create, code: 'RFC2136_NOT_OURS' },
        { action: at('mail.example.net').update({ value: '192.0.2.1' }, ['192.0.2.5']), code: 'RFC2136_NOT_OURS' },
        { action: at('mail.example.net').delete(['192.0.2.5']), code: 'RFC2136_NOT_OURS' },
        { action: at('shop.example.net').create, code: 'RFC2136_CHANGED' },
        { action: at('mail.example.net', { type: 'CNAME', value: 'a.example.net' }).create, code: 'RFC2136_CHANGED' },
        { action: at('*.example.net').create, code: 'RFC2136_RECORD' },
        { action: at('web.example.org').create, code: 'RFC2136_RECORD' },
        { action: at('web.example.org', { zone: 'example.org' }).create, code: 'RFC2136_RECORD' },
        { action: at('six.example.net', { value: 'rift.example.net' }).create, code: 'RFC2136_RECORD' },
      ],
      foreign: {
        place: async () => undefined,
        left: async () =>
          (await server.resolve('mail.example.net'))?.join() === '192.0.2.5' &&
          (await server.resolve('shop.example.net', 'CNAME'))?.join() === 'mail.example.net',
      },
      close: () => server.close(),
    };
  });

  describe(`${kind}`, () => {
    let server: Primary;
    let driver: ReturnType<typeof rfc2136Driver>;
    beforeAll(async () => {
      server = await primary(kind, { lines: handmade });
      driver = rfc2136Driver(server.settings);
    });
    afterAll(() => server.close());
    const apply = (action: ReturnType<typeof at>['create'], more: object = {}) =>
      driver.apply({ ...bareContext(createHost()), ...more }, action);
    const seen = async (given = driver) => {
      const { resources } = await given.observe(bareContext(createReadHost()));
      return Object.fromEntries(resources.map((one) => [one.key, one]));
    };
    const valuesOf = async (key: string) => ((await seen())[key]?.state as unknown as RecordState | undefined)?.values;
    /** A change by somebody with the same key and no manners. */
    const asOthers = (action: ReturnType<typeof at>['create']) => apply(action, { fleet: 'others' });

    test('what is there is seen: ours, foreign, by one transfer', async () => {
      const web = at('web.example.net');
      await apply(web.create);
      const all = await seen();
      expect(all[web.key]).toMatchObject({
        owner: 'managed',
        services: ['api', 'web'],
        spec: { routes: web.spec.routes },
      });
      expect(all['record/A/mail.example.net']).toMatchObject({ owner: 'foreign', state: { values: ['192.0.2.5'] } });
      expect(all['record/CNAME/shop.example.net']).toMatchObject({ state: { values: ['mail.example.net'] } });
      expect(all['record/TXT/example.net']).toMatchObject({ owner: 'foreign', state: { values: ['v=spf1 -all'] } });
      expect(Object.keys(all).filter((key) => key.includes('_reconcile'))).toEqual([]);
      expect(await server.resolve('web.example.net')).toEqual(['192.0.2.10']);
      await apply(web.delete());
    });

    test('a hundred quiet looks, and actions that are done already, leave the serial alone', async () => {
      const web = at('quiet.example.net');
      await apply(web.create);
      const before = await server.serial();
      for (let n = 0; n < 100; n++) await seen();
      await apply(web.create);
      await apply(web.update({}, ['192.0.2.1']));
      expect(await server.serial()).toBe(before);
      await apply(web.update({ value: '192.0.2.12' }));
      expect(await server.serial()).toBeGreaterThan(before);
      await apply(web.delete(['192.0.2.12']));
    });

    test('changed by somebody else between look and write: nothing is written', async () => {
      const web = at('swap.example.net');
      await apply(web.create);
      await apply(web.update({ value: '192.0.2.77' }));
      const serial = await server.serial();
      await expect(apply(web.update({ value: '192.0.2.78' }))).rejects.toMatchObject({ code: 'RFC2136_CHANGED' });
      await expect(apply(web.delete())).rejects.toMatchObject({ code: 'RFC2136_CHANGED' });
      expect([await valuesOf(web.key), await server.serial()]).toEqual([['192.0.2.77'], serial]);
      await apply(web.delete(['192.0.2.77']));
    });

    test('two texts under one name come and go together, and are repeated without a word', async () => {
      const both = at('_acme-challenge.example.net', { type: 'TXT', value: 'b', more: ['a'], routes: [] });
      await apply(both.create);
      expect((await server.resolve('_acme-challenge.example.net', 'TXT'))?.toSorted()).toEqual(['a', 'b']);
      const serial = await server.serial();
      await apply(both.create);
      expect(await server.serial()).toBe(serial);
      await apply(both.delete(['b', 'a']));
      expect((await seen())['record/TXT/_acme-challenge.example.net']).toBeUndefined();
    });

    test("another fleet's record, and another node's, are foreign", async () => {
      const web = at('theirs.example.net');
      await asOthers(web.create);
      expect((await seen())[web.key]).toMatchObject({ owner: 'foreign', state: { values: ['192.0.2.10'] } });
      for (const action of [web.create, web.update({ value: '192.0.2.1' }), web.delete()])
        await expect(apply(action)).rejects.toMatchObject({ code: 'RFC2136_NOT_OURS' });
      await expect(apply(web.delete(), { fleet: 'others', node: 'orion' })).rejects.toMatchObject({
        code: 'RFC2136_NOT_OURS',
      });
      await asOthers(web.delete());
    });

    test('two writers of one name: one wins, the other is told; never both', async () => {
      const both = await Promise.allSettled([
        apply(at('race.example.net').create),
        apply(at('race.example.net', { value: '192.0.2.11' }).create),
      ]);
      expect(both.filter(({ status }) => status === 'fulfilled').length).toBe(1);
      const [value = ''] = (await valuesOf('record/A/race.example.net')) ?? [];
      expect(['192.0.2.10', '192.0.2.11']).toContain(value);
      await apply(at('race.example.net').delete([value]));
    });

    test('500 records are one transfer', async () => {
      const many = await primary(kind, { lines: Array.from({ length: 500 }, (_, n) => `h${n} A 192.0.2.${n % 250}`) });
      try {
        let exchanges = 0;
        const host = createReadHost();
        const dns: ReadHost['net']['dns'] = (one) => {
          exchanges++;
          return host.net.dns(one);
        };
        const counting: ReadHost = { ...host, net: { ...host.net, dns } };
        const { resources } = await rfc2136Driver(many.settings).observe(bareContext(counting));
        expect([resources.length, exchanges]).toEqual([501, 1]);
      } finally {
        await many.close();
      }
    });

    describe('faults', () => {
      const codeOf = (work: Promise<unknown>) =>
        work.then(
          () => undefined,
          (error: { code: string }) => error.code,
        );
      const withKey = async (text: string, mode = 0o600) => {
        const keyFile = `${server.dir}/other.key`;
        await rm(keyFile, { force: true });
        await writeFile(keyFile, text);
        await chmod(keyFile, mode);
        return rfc2136Driver({ ...server.settings, keyFile });
      };
      const keyText = (name: string, secret: string) => `key "${name}" { algorithm hmac-sha256; secret "${secret}"; };`;
      const both = async (given: typeof driver) => [
        await codeOf(seen(given)),
        await codeOf(given.apply(bareContext(createHost()), at('fault.example.net').create)),
      ];

      test.each([
        ['a wrong secret', () => keyText('reconcile', 'AAAA'), 'RFC2136_KEY_REFUSED'],
        ['an unknown key', () => keyText('nobody', 'AAAA'), 'RFC2136_KEY_REFUSED'],
        ['no key in the file', () => 'key "reconcile" { algorithm hmac-md5; secret "AAAA"; };', 'RFC2136_KEY'],
      ])('%s', async (_name, text, code) => {
        expect(await both(await withKey(text()))).toEqual([code, code]);
      });

      test('a key file that others can read, or that is gone', async () => {
        expect(await both(await withKey(keyText('reconcile', server.secret), 0o644))).toEqual([
          'RFC2136_KEY',
          'RFC2136_KEY',
        ]);
        expect(await codeOf(seen(rfc2136Driver({ ...server.settings, keyFile: '/nowhere/key' })))).toBe('RFC2136_KEY');
      });

      test('a clock that is an hour off is named as that', async () => {
        const host = createHost();
        const late: Host = { ...host, clock: { ...host.clock, now: () => host.clock.now() - 3_600_000 } };
        expect(await codeOf(driver.observe(bareContext(late)))).toBe('RFC2136_CLOCK');
      });

      test('a zone it does not have', async () => {
        const other = rfc2136Driver({ ...server.settings, zone: 'example.org' });
        const action = at('web.example.org', { zone: 'example.org' }).create;
        // Knot says so without a signature.
        const codes =
          kind === 'knot' ? ['RFC2136_UNSIGNED', 'RFC2136_UNSIGNED'] : ['RFC2136_TRANSFER', 'RFC2136_REFUSED'];
        expect([await codeOf(seen(other)), await codeOf(other.apply(bareContext(createHost()), action))]).toEqual(
          codes,
        );
        await expect(seen(other)).rejects.toMatchObject({ actual: expect.stringContaining('NOTAUTH') });
      });

      test('silent, then down: an error within the deadline, never an empty zone; then it works again', async () => {
        const impatient = rfc2136Driver({ ...server.settings, timeoutMs: 300 });
        await server.freeze();
        expect(await both(impatient)).toEqual(['DNS_TIMEOUT', 'DNS_TIMEOUT']);
        server.wake();
        await server.stop();
        expect(await both(impatient)).toEqual(['DNS_FAILED', 'DNS_FAILED']);
        await server.start();
        expect(Object.keys(await seen())).toContain('record/A/mail.example.net');
      });
    });
  });
}
