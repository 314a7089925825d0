import { rm, writeFile } from 'node:fs/promises';
import { type Action, FleetError, isFleetError, type ObservedResource, type ResourceKey } from '@reconcile/core';
import type { ImageState } from '@reconcile/core/kinds/image';
import type { SecretState } from '@reconcile/core/kinds/secret';
import { podmanClients } from '@reconcile/drivers/podman/client';
import { createHost } from '@reconcile/host';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakeGround } from './fake-ground.ts';
import { action, containerActions, jobAction } from './node-actions.ts';

let ground: Awaited<ReturnType<typeof fakeGround>>;
beforeEach(async () => {
  ground = await fakeGround();
});
afterEach(() => ground.close());

const apply = (one: Action) => ground.world.driver.apply(ground.world.applying(), one);
const seen = async (key: ResourceKey): Promise<ObservedResource | undefined> =>
  (await ground.world.driver.observe(ground.world.observing())).resources.find((one) => one.key === key);
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => (isFleetError(error) ? error.code : error),
  );
const web = () => containerActions({ name: 'web-1', spec: { image: ground.image }, imageId: ground.imageId });

describe('an answer that never came', () => {
  test.each(['create', 'start', 'stop', 'remove'] as const)('%s: done or not, the next try ends it', async (call) => {
    const { faults, podman } = { ...ground, faults: ground.podman.faults };
    const one = web();
    const life = [one.create, one.start, one.stop, one.delete()];
    for (const how of ['hang', 'lost'] as const) {
      faults[how].push(call);
      let met = 0;
      for (const step of life) {
        const code = await codeOf(apply(step));
        if (code !== undefined) met++;
        if (code !== undefined) expect([step.verb, code]).toEqual([call === 'remove' ? 'delete' : call, 'PODMAN_HUNG']);
        await apply(step);
      }
      expect(met, how).toBe(1);
      expect([...podman.state.containers]).toEqual([]);
    }
  });

  test('half a container is released and made whole', async () => {
    ground.podman.faults.orphan = true;
    const one = web();
    expect(await codeOf(apply(one.create))).toBe('PODMAN_HUNG');
    expect((await seen('container/web-1'))?.state).toMatchObject({ phase: 'leftover' });
    await apply(one.create);
    expect((await seen('container/web-1'))?.state).toMatchObject({ phase: 'created', recreated: false });
  });

  test('half a container of somebody else is nobody of ours', async () => {
    ground.podman.state.leftovers.set('buildah-1', 'b'.repeat(64));
    expect(await seen('container/buildah-1')).toMatchObject({ owner: 'foreign' });
  });
});

test('a monitor that died alone: the process lives, but nobody watches it', async () => {
  const one = web();
  for (const step of [one.create, one.start]) await apply(step);
  const { state } = ground.podman;
  const id = state.containers.get('web-1')?.id ?? '';
  const { pid, monitor } = state.running.get(id) ?? { pid: 0, monitor: 0 };
  state.processes.delete(monitor);
  expect((await seen('container/web-1'))?.state).toMatchObject({ phase: 'running', alive: false });
  await apply(one.stop);
  expect(state.processes.has(pid)).toBe(false);
  expect((await seen('container/web-1'))?.state).toMatchObject({ phase: 'exited' });
});

test('health is the last probe of this very container; another one is starting', async () => {
  const one = web();
  for (const step of [one.create, one.start]) await apply(step);
  const { containers } = ground.world.ledger;
  const record = containers['web-1'];
  if (record === undefined) throw new Error('no record');
  containers['web-1'] = { ...record, health: { state: 'healthy', at: 1 } };
  expect((await seen('container/web-1'))?.health).toBe('healthy');
  containers['web-1'] = { ...record, id: 'e'.repeat(64), health: { state: 'healthy', at: 1 } };
  expect(await seen('container/web-1')).toMatchObject({ health: 'starting', state: { recreated: true } });
});

describe('images', () => {
  const ref = 'registry.example.net/web:1';
  const imageAction = (verb: Action['verb'], args: object) =>
    action(`image/${ref}`, verb, { ref, build: null, imageId: '', digest: null, ...args });
  const state = async () => (await seen(`image/${ref}`))?.state as unknown as ImageState | undefined;
  beforeEach(() => ground.world.want(`image/${ref}`, { ref, build: null }));

  test('absent, pulled, moved by hand, put back by its id', async () => {
    expect(await state()).toBeUndefined();
    const facts = await apply(imageAction('pull', {}));
    const imageId = String(facts?.imageId);
    expect(await state()).toMatchObject({ imageId, pinnedLocal: false });
    ground.world.ledger.pins[ref] = { imageId };
    const client = await ground.podman.clients().writer(ground.world.host, new AbortController().signal);
    await client.tag(ground.image, ref);
    expect(await state()).toMatchObject({ imageId: ground.imageId, pinnedLocal: true });
    await apply(imageAction('update', { imageId }));
    expect(await state()).toMatchObject({ imageId, pinnedLocal: true });
  });

  test('pinned by digest: pulled by it, then named', async () => {
    const digest = `sha256:${'d'.repeat(64)}`;
    await apply(imageAction('pull', { digest }));
    expect(ground.podman.calls).toContain(`pull registry.example.net/web@${digest}`);
    expect((await state())?.imageId).not.toBe('');
  });

  test('one of ours that is not needed any more goes; what has another name or a user by now stays', async () => {
    const facts = await apply(imageAction('pull', {}));
    const imageId = String(facts?.imageId);
    const gone = imageAction('delete', { imageId });
    const client = await ground.podman.clients().writer(ground.world.host, new AbortController().signal);
    await client.tag(imageId, 'registry.example.net/theirs:1');
    await apply(gone);
    expect(await client.image(ref)).toMatchObject({ id: imageId });
    await client.removeImage('registry.example.net/theirs:1');
    await apply(imageAction('delete', { imageId: 'a'.repeat(64) }));
    expect(await client.image(ref)).toMatchObject({ id: imageId });
    const one = containerActions({ name: 'web-1', spec: { image: ref }, imageId });
    await apply(one.create);
    await apply(gone);
    expect(await client.image(ref)).toMatchObject({ id: imageId });
    await apply(one.delete());
    await apply(gone);
    expect(await client.image(ref)).toBeUndefined();
    await apply(gone);
  });

  test('a reference that means another image than its pin is not run', async () => {
    expect(await codeOf(apply(imageAction('pull', { imageId: 'a'.repeat(64) })))).toBe('PODMAN_IMAGE_MOVED');
    const one = containerActions({ name: 'web-2', spec: { image: ground.image }, imageId: 'a'.repeat(64) });
    expect(await codeOf(apply(one.create))).toBe('PODMAN_IMAGE_MOVED');
  });
});

describe('secrets', () => {
  const key = 'secret/pass' as const;
  const create = action(key, 'create', { name: 'pass', hmac: null });
  const file = (content: string) => writeFile(`${ground.world.root}/secrets/pass`, content, { mode: 0o600 });
  const state = async () => (await seen(key))?.state as unknown as SecretState | undefined;
  beforeEach(() => ground.world.want(key, { name: 'pass' }));

  test('neither file nor secret: nothing; a foreign one is used and not touched', async () => {
    expect(await state()).toBeUndefined();
    const client = await ground.podman.clients().writer(ground.world.host, new AbortController().signal);
    await client.createSecret('pass', { path: '', content: Buffer.from('theirs') }, {});
    expect(await seen(key)).toMatchObject({
      owner: 'foreign',
      state: { podmanName: 'pass', file: null, recorded: null },
    });
  });

  test('a file is copied, and a changed one told apart by its mark alone', async () => {
    await file('one');
    expect(await state()).toMatchObject({ podmanName: '', recorded: null });
    await apply(create);
    const made = await state();
    expect(made).toMatchObject({ podmanName: 'reconcile-pass' });
    expect(made?.recorded).toBe(made?.file);
    await file('two');
    const changed = await state();
    expect(changed?.recorded).not.toBe(changed?.file);
    await apply(create);
    expect(Buffer.from(ground.podman.state.secrets.get('reconcile-pass')?.content ?? []).toString()).toBe('two');
    expect(JSON.stringify(ground.world.ledger)).not.toContain('two');
  });

  test('a file that went away keeps the copy that containers use', async () => {
    await file('one');
    await apply(create);
    await rm(`${ground.world.root}/secrets/pass`);
    expect(await state()).toMatchObject({ podmanName: 'reconcile-pass', file: null });
    expect(await codeOf(apply(create))).toBe('SECRET_MISSING');
  });

  test("somebody else's secret of our name is left alone", async () => {
    await file('one');
    const client = await ground.podman.clients().writer(ground.world.host, new AbortController().signal);
    await client.createSecret('reconcile-pass', { path: '', content: Buffer.from('theirs') }, {});
    expect(await codeOf(apply(create))).toBe('PODMAN_NOT_OURS');
  });
});

test('a network that is still used is not removed, a foreign one never', async () => {
  const spec = { name: 'net', driver: '', subnets: [], internal: false, ipv6: false, options: {} };
  await apply(action('network/net', 'create', { spec, specHash: '' }));
  const one = containerActions({
    name: 'web-1',
    spec: { image: ground.image, network: 'net' },
    imageId: ground.imageId,
  });
  await apply(one.create);
  expect(await codeOf(apply(action('network/net', 'delete', { name: 'net' })))).toBe('PODMAN_IN_USE');
  await apply(one.delete());
  ground.podman.state.networks.set('theirs', { name: 'theirs', id: 'x', labels: {}, createdAt: 0 });
  expect(await codeOf(apply(action('network/theirs', 'delete', { name: 'theirs' })))).toBe('PODMAN_NOT_OURS');
});

describe('job runs', () => {
  test('what a pass left when it died between note and removal is swept before the next write', async () => {
    const run = jobAction('migrate', { image: ground.image, command: ['true'] });
    const facts = await ground.world.bare('job').apply(ground.world.applying(), run);
    ground.world.ledger.done(run, facts);
    expect(await ground.names()).toContain('migrate');
    await ground.world.driver.preflight?.(ground.world.applying());
    expect(await ground.names()).not.toContain('migrate');
  });

  test('an older run of the slot is ended and removed', async () => {
    const old = jobAction('migrate-old', { image: ground.image, command: ['sleep'] });
    const slot = 'svc/migrate';
    ground.podman.faults.hang.push('wait');
    await codeOf(ground.world.bare('job').apply(ground.world.applying(), { ...old, slot }));
    expect(await ground.names()).toContain('migrate-old');
    await apply({ ...jobAction('migrate-new', { image: ground.image, command: ['true'] }), slot });
    expect(await ground.names()).not.toContain('migrate-old');
  });

  test('runs of jobs are no containers of the node', async () => {
    const run = jobAction('migrate', { image: ground.image, command: ['true'] });
    await ground.world.bare('job').apply(ground.world.applying(), run);
    expect(await seen('container/migrate')).toBeUndefined();
  });
});

test('files of a job are refused rather than left out', async () => {
  const file = { target: '/a', hash: 'x', mode: '0640', owner: '', onChange: 'restart', secrets: [] } as const;
  expect(await codeOf(apply(jobAction('migrate', { image: ground.image, files: [file] })))).toBe(
    'PODMAN_NOT_SUPPORTED',
  );
});

test('without a service to be had the command line is used, and it is not tried again for a while', async () => {
  const base = createHost({ home: { runtimeDir: ground.world.root } });
  let starts = 0;
  let now = 1_000_000;
  const host = {
    ...base,
    clock: {
      now: () => now,
      sleep: async (ms: number) => {
        now += ms;
      },
    },
    run: {
      ...base.run,
      start: async () => {
        starts++;
        throw new FleetError('RUN_MISSING', 'backoff', { message: 'start podman' });
      },
    },
  };
  const clients = podmanClients();
  const { signal } = new AbortController();
  expect((await clients.reader(host, signal)).via).toBe('cli');
  expect((await clients.writer(host, signal)).via).toBe('cli');
  expect((await clients.writer(host, signal)).via).toBe('cli');
  expect(starts).toBe(1);
  now += 61_000;
  await clients.writer(host, signal);
  expect(starts).toBe(2);
});

test('a look never makes a write of its own', async () => {
  const one = web();
  for (const step of [one.create, one.start]) await apply(step);
  const { calls } = ground.podman;
  calls.length = 0;
  await seen('container/web-1');
  expect(
    calls.every((call) => /^(containers|container|images|image|networks|volumes|secrets|store)\b/.test(call)),
  ).toBe(true);
  expect((await seen('container/web-1'))?.state).toMatchObject({ alive: true });
});
