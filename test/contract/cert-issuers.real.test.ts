import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { Desired, KindDefinition, Observer } from '@reconcile/core';
import { type CertificateState, certificate } from '@reconcile/core/kinds/certificate';
import { certFilesDriver } from '@reconcile/drivers/cert-files';
import { internalCaDriver } from '@reconcile/drivers/internal-ca';
import { createHost, createReadHost, type Host, type ReadHost } from '@reconcile/host';
import { certificateAction, TestAuthority } from '@reconcile/testkit/certs';
import { describeLaw } from '@reconcile/testkit/contract';
import { bareContext, selfSigned } from '@reconcile/testkit/proxy';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

// The two issuers that need no server: the node's own CA, and files of others.

const kinds = [certificate] as unknown as readonly KindDefinition[];
/** Times and fingerprints are made up by whoever signs. */
const compared = ({ state }: { state: unknown }) => {
  const { issuer, names, unfit } = state as CertificateState;
  return { issuer, names, unfit };
};

async function filesOf(dir: string): Promise<string> {
  const names = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`);
  const texts = await Promise.all(files.sort().map(async (file) => `${file}\n${await readFile(file, 'utf8')}`));
  return texts.join('\n');
}

describeLaw<ReadHost, Host>('internal CA', async () => {
  const dir = await mkdtemp(`${tmpdir()}/ca-`);
  const settings = { dir: `${dir}/ca`, certificatesDir: `${dir}/certificates`, node: 'rift', leafDays: 90 };
  const act = (name: string, verb: 'create' | 'update' | 'delete') => certificateAction(`${name}.example.net`, verb);
  return {
    driver: internalCaDriver(settings),
    kinds,
    script: [
      act('web', 'create'),
      act('api', 'create'),
      act('web', 'update'),
      act('web', 'delete'),
      act('api', 'delete'),
    ],
    observing: () => bareContext(createReadHost()),
    applying: (signal) => bareContext(createHost(), signal),
    fingerprint: () => filesOf(dir),
    compared,
    refused: [{ action: { ...act('web', 'create'), key: 'certificate/../evil' }, code: 'CA_VERB' }],
    close: () => rm(dir, { recursive: true, force: true }),
  };
});

describe('files of others', () => {
  let dir: string;
  let theirs: string;
  let driver: ReturnType<typeof certFilesDriver>;
  const name = 'web.example.net';
  const create = certificateAction(name, 'create', 'cert-files');
  const spec = { hostname: name, issuer: 'cert-files', zone: '' };
  const resource = {
    key: create.key,
    kind: 'certificate',
    slot: create.key,
    services: ['web'],
    spec,
    specHash: '',
    references: [],
    claims: [],
  };

  beforeEach(async () => {
    dir = await mkdtemp(`${tmpdir()}/cf-`);
    theirs = `${dir}/theirs`;
    await mkdir(theirs);
    driver = certFilesDriver({ dir: theirs, certificatesDir: `${dir}/certificates` });
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const look = async (observer: Observer<ReadHost> = driver) => {
    const bare = bareContext(createReadHost());
    const desired = { ...bare.desired, resources: { [resource.key]: resource } } as unknown as Desired;
    const { resources } = await observer.observe({ ...bare, desired });
    const [seen] = resources;
    const verdict = certificate.compare(
      resource as never,
      seen as never,
      { now: Date.now(), observed: {}, history: { releasedHolds: [] } } as never,
    );
    return { state: seen?.state as unknown as CertificateState, verdict };
  };
  const apply = () => driver.apply(bareContext<Host>(createHost()), create);

  test('nothing there: waits, with every place that was looked in', async () => {
    const { state, verdict } = await look();
    expect(state.fingerprint).toBe('');
    expect(verdict).toMatchObject({ verdict: 'blocked', message: expect.stringContaining(`${theirs}/${name}.pem`) });
    await expect(apply()).rejects.toMatchObject({ code: 'CERT_FILE_UNFIT' });
  });

  test('one file, a pair, or certbot’s links: taken over, and again when they change; theirs are never written', async () => {
    const forms: Record<string, (pem: { key: string; cert: string }) => Promise<void>> = {
      pem: ({ cert, key }) => writeFile(`${theirs}/${name}.pem`, key + cert),
      pair: async ({ cert, key }) => {
        await rm(`${theirs}/${name}.pem`);
        await writeFile(`${theirs}/${name}.crt`, cert);
        await writeFile(`${theirs}/${name}.key`, key);
      },
      links: async ({ cert, key }) => {
        await rm(`${theirs}/${name}.crt`);
        await mkdir(`${theirs}/${name}`);
        await writeFile(`${theirs}/fullchain1.pem`, cert);
        await writeFile(`${theirs}/privkey1.pem`, key);
        await symlink('../fullchain1.pem', `${theirs}/${name}/fullchain.pem`);
        await symlink('../privkey1.pem', `${theirs}/${name}/privkey.pem`);
      },
    };
    for (const [form, put] of Object.entries(forms)) {
      await put(await selfSigned([name, 'other.example.net']));
      expect((await look()).verdict.verdict, form).toBe('update');
      const before = await filesOf(theirs);
      await apply();
      expect(await filesOf(theirs), form).toBe(before);
      const { state, verdict } = await look();
      expect(verdict, form).toEqual({ verdict: 'same' });
      expect(state).toMatchObject({ issuer: 'cert-files', names: ['other.example.net', name] });
    }
  });

  test('a bad one never takes the place of a good one, and is told with wanted and found', async () => {
    const good = await selfSigned([name]);
    await writeFile(`${theirs}/${name}.pem`, good.cert + good.key);
    await apply();
    const held = await filesOf(`${dir}/certificates`);
    const other = await selfSigned(['other.example.net']);
    const host = createHost();
    const longAgo = { ...host, clock: { ...host.clock, now: () => Date.now() - 100 * 86_400_000 } };
    const places = { root: dir, certificatesDir: `${dir}/expired` };
    await new TestAuthority(longAgo, places).sign(name);
    const bad: Record<string, string> = {
      [`wanted ${name}, it is for other.example.net`]: other.cert + other.key,
      'the private key belongs to another certificate': good.cert + other.key,
      'its private key is missing': good.cert,
      'there is no whole certificate in it': good.cert.slice(0, 300),
      'expired on': await readFile(`${dir}/expired/${name}.pem`, 'utf8'),
      'did not sign the one before it': good.cert + other.cert + good.key,
    };
    for (const [trouble, text] of Object.entries(bad)) {
      await writeFile(`${theirs}/${name}.pem`, text);
      const { verdict } = await look();
      expect(verdict, trouble).toMatchObject({ verdict: 'blocked', message: expect.stringContaining(trouble) });
      await expect(apply(), trouble).rejects.toMatchObject({ code: 'CERT_FILE_UNFIT' });
      expect(await filesOf(`${dir}/certificates`)).toBe(held);
    }
    expect(certificate.ready(resource as never, { state: (await look()).state } as never)).toBe(true);
  });

  test('what was taken over and is not wanted goes; a file that is not ours stays', async () => {
    const pem = await selfSigned([name]);
    await writeFile(`${theirs}/${name}.pem`, pem.cert + pem.key);
    await apply();
    const gone = certificateAction(name, 'delete', 'cert-files');
    await driver.apply(bareContext<Host>(createHost()), gone);
    expect(await readdir(`${dir}/certificates`)).toEqual([]);
    await writeFile(`${dir}/certificates/${name}.pem`, pem.cert);
    await driver.apply(bareContext<Host>(createHost()), gone);
    expect(await readdir(`${dir}/certificates`)).toEqual([`${name}.pem`]);
  });
});
