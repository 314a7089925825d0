import { mkdir, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { hostsDriver } from '@reconcile/drivers/hosts';
import { createHost, createReadHost, type Host, type ReadHost } from '@reconcile/host';
import { describeLaw } from '@reconcile/testkit/contract';
import {
  type Dnsmasq,
  dnsmasq,
  recordActions,
  recordKinds,
  recordScript,
  serversLacking,
} from '@reconcile/testkit/dns';
import { bareContext } from '@reconcile/testkit/proxy';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const place = { zone: 'example.net', driver: 'hosts' } as const;
const web = recordActions({ ...place, hostname: 'web.example.net' });

if (serversLacking === undefined) {
  describeLaw<ReadHost, Host>('real dnsmasq', async () => {
    const server = await dnsmasq();
    const dir = server.hostsDir;
    const at = (hostname: string, more: object = {}) => recordActions({ ...place, hostname, ...more }).create;
    return {
      driver: hostsDriver({ dir, zones: ['example.net'] }),
      kinds: recordKinds,
      script: recordScript(place, false),
      observing: () => bareContext(createReadHost()),
      applying: (signal) => bareContext(createHost(), signal),
      async fingerprint() {
        const names = await readdir(dir);
        const files = await Promise.all(names.map(async (name) => [name, await readFile(`${dir}/${name}`, 'utf8')]));
        return JSON.stringify(files);
      },
      refused: [
        { action: at('mail.example.net', { type: 'AAAA' }), code: 'HOSTS_NOT_OURS' },
        { action: at('www.example.net', { type: 'CNAME', value: 'a.example.net' }), code: 'HOSTS_NOT_SUPPORTED' },
        { action: at('bank.example.org', { zone: 'example.org' }), code: 'HOSTS_REFUSED' },
        { action: at('web.example.net\n192.0.2.1 bank.example.org'), code: 'HOSTS_REFUSED' },
        { action: at('../../etc/passwd'), code: 'HOSTS_REFUSED' },
        { action: at('*.example.net'), code: 'HOSTS_REFUSED' },
        { action: at('web.example.net', { value: 'rift.example.net' }), code: 'HOSTS_REFUSED' },
      ],
      foreign: {
        place: () => writeFile(`${dir}/aaaa-mail.example.net.hosts`, '2001:db8::5 mail.example.net\n'),
        left: async () =>
          (await readFile(`${dir}/aaaa-mail.example.net.hosts`, 'utf8')) === '2001:db8::5 mail.example.net\n',
      },
      close: () => server.close(),
    };
  });
}

describe.skipIf(serversLacking !== undefined)(`names in a real dnsmasq ${serversLacking ?? ''}`, () => {
  let server: Dnsmasq;
  let driver: ReturnType<typeof hostsDriver>;
  beforeEach(async () => {
    server = await dnsmasq();
    driver = hostsDriver({ dir: server.hostsDir });
  });
  afterEach(() => server.close());

  const apply = (action: typeof web.create) => driver.apply(bareContext(createHost()), action);
  const seen = async () => {
    const { resources } = await driver.observe(bareContext(createReadHost()));
    return Object.fromEntries(resources.map((one) => [one.key, one]));
  };
  const served = (name: string) => server.resolve(name).then((found) => found?.join() ?? 'nothing');

  test('are served within moments, changed, and gone, without a restart or a signal', async () => {
    await apply(web.create);
    await expect.poll(() => served('web.example.net')).toBe('192.0.2.10');
    await apply(web.update({ value: '192.0.2.20' }));
    await expect.poll(() => served('web.example.net')).toBe('192.0.2.20');
    await apply(web.delete(['192.0.2.20']));
    await expect.poll(() => served('web.example.net')).toBe('nothing');
    expect(server.output()).not.toContain('bad address');
  });

  test('edited, emptied, deleted: seen; put back, it answers again', async () => {
    await apply(web.create);
    const path = `${server.hostsDir}/a-web.example.net.hosts`;
    const good = await readFile(path, 'utf8');
    const [mark = ''] = good.split('\n');
    await writeFile(path, good.replace('192.0.2.10', '192.0.2.66'));
    await expect.poll(() => served('web.example.net')).toBe('192.0.2.66');
    expect((await seen())[web.key]).toMatchObject({ owner: 'managed', state: { values: ['192.0.2.66'] } });
    await writeFile(path, `${good}192.0.2.67 other.example.net\n`);
    expect((await seen())[web.key]).toMatchObject({ state: { values: ['192.0.2.10'], drifted: true } });
    await writeFile(path, `${mark}\n`);
    expect((await seen())[web.key]).toMatchObject({ owner: 'managed', state: { values: [] } });
    await unlink(path);
    expect(await seen()).toEqual({});
    await apply(web.create);
    await expect.poll(() => served('web.example.net')).toBe('192.0.2.10');
    expect(await readFile(path, 'utf8')).toBe(good);
  });

  test("somebody else's file with our name is told, whether ours is there or not", async () => {
    await writeFile(
      `${server.hostsDir}/extra`,
      '# by hand\n192.0.2.5 web.example.net web\n2001:db8::5 six.example.net\n',
    );
    const before = await seen();
    expect(before[web.key]).toMatchObject({ owner: 'foreign', state: { values: ['192.0.2.5'] } });
    expect(Object.keys(before).sort()).toEqual(['record/A/web', web.key, 'record/AAAA/six.example.net']);
    await apply(web.create);
    expect((await seen())[web.key]).toMatchObject({ owner: 'managed', state: { besides: '192.0.2.5 in extra' } });
  });

  test("another node's file in the same directory is not ours", async () => {
    await driver.apply({ ...bareContext(createHost()), node: 'orion' }, web.create);
    expect((await seen())[web.key]).toMatchObject({ owner: 'foreign' });
    await expect(apply(web.create)).rejects.toMatchObject({ code: 'HOSTS_NOT_OURS' });
  });

  test('half-written, hidden and odd files neither stop a look nor give names', async () => {
    await writeFile(`${server.hostsDir}/.a-web.example.net.hosts.1-1.tmp`, '192.0.2.9 web.example.net\n');
    await writeFile(`${server.hostsDir}/a-web.example.net.hosts~`, '192.0.2.9 web.example.net\n');
    await writeFile(`${server.hostsDir}/junk`, Buffer.from([0, 255, 10, 13, 7]));
    await mkdir(`${server.hostsDir}/folder`);
    expect(await seen()).toEqual({});
    await rm(server.hostsDir, { recursive: true });
    expect(await seen()).toEqual({});
  });

  test('dnsmasq down: records are written all the same, and served once it is back', async () => {
    await server.stop();
    await apply(web.create);
    await server.start();
    expect(await served('web.example.net')).toBe('192.0.2.10');
  });
});

/** Lines of a block of the driver's page, so that the page is what was tried. */
async function recipe(title: string): Promise<string[]> {
  const page = await readFile(new URL('../../packages/drivers/hosts/README.md', import.meta.url), 'utf8');
  const block = page.split(title)[1]?.split('```')[1];
  if (block === undefined) throw new Error(`no block after ${title}`);
  return block.split('\n').slice(1, -1);
}

test.skipIf(serversLacking !== undefined).each(['## dnsmasq', '## Pi-hole'])('the recipe for %s', async (title) => {
  const lines = (await recipe(title)).map((line) => line.replace(/^hostsdir=.*/, 'hostsdir=HOSTS'));
  expect(lines).toContain('hostsdir=HOSTS');
  const server = await dnsmasq(lines.map((line) => line.replace('svc.example.net', 'example.net')));
  try {
    await hostsDriver({ dir: server.hostsDir }).apply(bareContext(createHost()), web.create);
    await expect.poll(() => server.resolve('web.example.net')).toEqual(['192.0.2.10']);
    expect(await server.resolve('none.example.net')).toBeUndefined();
  } finally {
    await server.close();
  }
});
