import { chmod, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { checkDnsScript, type DnsExecSettings, dnsExecDriver } from '@reconcile/drivers/dns-exec';
import { createHost, createReadHost, type Host, type ReadHost } from '@reconcile/host';
import { describeLaw } from '@reconcile/testkit/contract';
import {
  type Primary,
  primary,
  recordActions,
  recordKinds,
  recordScript,
  serversLacking,
  serversRoot,
} from '@reconcile/testkit/dns';
import { bareContext } from '@reconcile/testkit/proxy';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const place = { zone: 'example.net', driver: 'exec' } as const;
const at = (hostname: string, more: object = {}) => recordActions({ ...place, hostname, ...more });
const example = fileURLToPath(new URL('../../examples/dns-exec/knotc.mjs', import.meta.url));
const never = new AbortController().signal;

/** The example script over a real Knot. */
async function knotScript(server: Primary): Promise<DnsExecSettings> {
  const knotc = `${server.dir}/knotc`;
  const libraries = `${serversRoot()}/usr/lib/$(uname -m)-linux-gnu`;
  const text = `#!/bin/sh\nLD_LIBRARY_PATH=${libraries} exec ${serversRoot()}/usr/sbin/knotc "$@"\n`;
  await writeFile(knotc, text);
  await chmod(knotc, 0o755);
  const args = [example, `${server.dir}/knot.sock`, knotc];
  return { zone: 'example.net', program: process.execPath, args, ttl: 60, timeoutMs: 10_000 };
}

if (serversLacking !== undefined) {
  test.skip(`dns-exec: ${serversLacking}`, () => undefined);
} else {
  describeLaw<ReadHost, Host>('the example script over real Knot', async () => {
    const server = await primary('knot', { lines: ['mail A 192.0.2.5', 'shop CNAME mail', '* A 192.0.2.200'] });
    return {
      driver: dnsExecDriver(await knotScript(server)),
      kinds: recordKinds,
      // Each action starts a dozen programs; the other types are tried by the conformance check below.
      script: recordScript(place, false),
      // Only a host that may start programs can run a user's.
      observing: () => bareContext<ReadHost>(createHost()),
      applying: (signal) => bareContext(createHost(), signal),
      fingerprint: async () => String(await server.serial()),
      refused: [
        { action: at('mail.example.net').create, code: 'DNS_EXEC_NOT_OURS' },
        { action: at('mail.example.net').delete(['192.0.2.5']), code: 'DNS_EXEC_NOT_OURS' },
        { action: at('shop.example.net').create, code: 'DNS_EXEC_CHANGED' },
        { action: at('*.example.net').create, code: 'DNS_EXEC_RECORD' },
        { action: at('web.example.org', { zone: 'example.org' }).create, code: 'DNS_EXEC_RECORD' },
      ],
      foreign: {
        place: async () => undefined,
        left: async () => (await server.resolve('mail.example.net'))?.join() === '192.0.2.5',
      },
      close: () => server.close(),
    };
  });

  describe('a script', () => {
    let server: Primary;
    let settings: DnsExecSettings;
    beforeAll(async () => {
      server = await primary('knot', { lines: ['mail A 192.0.2.5', 'mail MX 10 mail', '@ TXT "v=spf1 -all"'] });
      settings = await knotScript(server);
    });
    afterAll(() => server.close());

    /** A script of a few lines of JavaScript, with `verb` and `request` at hand. */
    const faulty = async (body: string): Promise<DnsExecSettings> => {
      const path = `${server.dir}/faulty-${Buffer.from(body).toString('hex').slice(0, 40)}.mjs`;
      const head = 'const verb = process.argv.at(-1); const say = (what) => console.log(JSON.stringify(what));\n';
      await writeFile(path, head + body);
      return { ...settings, args: [path], timeoutMs: 1500 };
    };
    const codeOf = (work: Promise<unknown>) =>
      work.then(
        () => undefined,
        (error: { code: string }) => error.code,
      );
    const look = (given: DnsExecSettings, host: ReadHost = createHost()) =>
      dnsExecDriver(given).observe(bareContext(host));

    test('the example conforms, and leaves the zone as it was', async () => {
      const findings = await checkDnsScript({ host: createHost(), signal: never }, settings);
      expect(findings.filter(({ passed }) => !passed)).toEqual([]);
      expect(findings.length).toBe(23);
      const { resources } = await look(settings);
      expect(resources.map(({ key }) => key).sort()).toEqual([
        'record/A/mail.example.net',
        'record/A/ns.example.net',
        'record/TXT/example.net',
      ]);
    });

    test('what does not conform is told, each by its name', async () => {
      const loose = await faulty("say(verb === 'list' ? { records: [] } : { ok: true });");
      const findings = await checkDnsScript({ host: createHost(), signal: never }, loose);
      const failed = findings.filter(({ passed }) => !passed).map(({ name }) => name);
      expect(failed).toContain('put makes A, and list gives back value and owner');
      expect(failed).toContain('put with the wrong "was" answers "changed" and changes nothing (TXT)');
      expect(failed).toContain('an unknown verb ends with an error');
      expect(findings.find(({ name }) => name.startsWith('put makes A,'))?.says).toMatch(/list gives nothing/);
    });

    test.each([
      ['ends with an error', 'process.exit(3);', 'DNS_EXEC_FAILED'],
      ['is killed', "process.kill(process.pid, 'SIGKILL');", 'DNS_EXEC_FAILED'],
      ['prints no JSON', "console.log('ok');", 'DNS_EXEC_GARBLED'],
      ['prints nothing', '', 'DNS_EXEC_GARBLED'],
      ['prints a list', 'say([]);', 'DNS_EXEC_GARBLED'],
      ['prints half an answer', 'say({ records: [{ type: "A", name: "a.example.net" }] });', 'DNS_EXEC_GARBLED'],
      [
        'names one record twice',
        'const r = { type: "A", name: "a.example.net", values: ["192.0.2.1"] }; say({ records: [r, r] });',
        'DNS_EXEC_GARBLED',
      ],
      ['hides lines in a name', 'say({ records: [{ type: "A", name: "a\\nb", values: [] }] });', 'DNS_EXEC_GARBLED'],
      ['never ends', 'setInterval(() => undefined, 1000);', 'RUN_TIMEOUT'],
    ])('that %s is no empty zone', async (_what, body, code) => {
      expect(await codeOf(look(await faulty(body)))).toBe(code);
    });

    test.each([
      ['changed', 'DNS_EXEC_CHANGED'],
      ['refused', 'DNS_EXEC_REFUSED'],
      ['failed', 'DNS_EXEC_FAILED'],
      ['what', 'DNS_EXEC_GARBLED'],
    ])('that answers %s', async (error, code) => {
      const body = `say(verb === 'list' ? { records: [] } : { error: '${error}', message: 'because' });`;
      const driver = dnsExecDriver(await faulty(body));
      expect(await codeOf(driver.apply(bareContext(createHost()), at('web.example.net').create))).toBe(code);
    });

    test('is never started by who only looks', async () => {
      expect(await codeOf(look(settings, createReadHost()))).toBe('RUN_NOT_READING');
    });

    test('gets many writes at once one after the other', async () => {
      const driver = dnsExecDriver(settings);
      const some = ['a', 'b', 'c'].map((name) => at(`${name}.example.net`));
      await Promise.all(some.map(({ create }) => driver.apply(bareContext(createHost()), create)));
      await Promise.all(some.map((one) => driver.apply(bareContext(createHost()), one.delete())));
      expect(await server.resolve('a.example.net')).toBeUndefined();
    });
  });
}
