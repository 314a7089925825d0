import { isFleetError, type ObservedResource } from '@reconcile/core';
import type { ContainerState } from '@reconcile/core/kinds/container';
import { driverErrors } from '@reconcile/drivers';
import type { Host, ReadHost } from '@reconcile/host';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeLaw } from './law.ts';
import { containerActions, jobAction } from './node-actions.ts';
import { comparedFacts } from './node-facts.ts';
import { nodeScript } from './node-script.ts';
import type { NodeWorld } from './node-world.ts';

/** A podman to try the drivers on, and the harm that can be done to it. */
export interface PodmanGround {
  readonly world: NodeWorld;
  /** Begins every name that is made. */
  readonly prefix: string;
  readonly image: string;
  readonly imageId: string;
  /** Free host ports, each given once. */
  freePort(): Promise<number>;
  /** Everything an observer could have changed, as text. */
  fingerprint(): Promise<string>;
  /** Every container's name, storage leftovers included. */
  names(): Promise<readonly string[]>;
  /** A running container that is not ours; `left` says whether it is still as it was. */
  readonly foreign: { readonly name: string; place(): Promise<void>; left(): Promise<boolean> };
  /** Process and monitor of a container die, which podman does not notice. */
  killUnseen(name: string): Promise<void>;
  /** podman forgets every container; storage and processes stay. */
  loseDatabase(): Promise<void>;
  /** Somebody else listens on a port until the returned function is called. */
  takePort(port: number): Promise<() => Promise<void>>;
  /** The next answer of podman is garbage, or none; absent where that cannot be had. */
  spoil?(how: 'garble' | 'hang'): Promise<{ readonly world: NodeWorld; end(): Promise<void> }>;
  /** The engine's tcp probe, once there is one to be had here. */
  probeTcp?(name: string, port: number): Promise<boolean>;
  /** List calls of podman made since the last question. */
  listCalls(): number;
  close(): Promise<void>;
}

/** The whole contract of the container drivers, written once: over the stand-in, and over real podman by CLI and REST. */
export function describeDriver(name: string, makeGround: () => Promise<PodmanGround>): void {
  describeLaw<ReadHost, Host>(name, async () => {
    const ground = await makeGround();
    const { world } = ground;
    const other = containerActions({
      name: ground.foreign.name,
      spec: { image: ground.image },
      imageId: ground.imageId,
    });
    const with_ = (spec: object) =>
      containerActions({ name: `${ground.prefix}-no`, spec: { image: ground.image, ...spec }, imageId: ground.imageId })
        .create;
    return {
      driver: world.driver,
      kinds: world.kinds,
      script: await nodeScript(ground),
      observing: () => world.observing(),
      applying: (signal) => world.applying(signal),
      fingerprint: () => ground.fingerprint(),
      compared: comparedFacts,
      refused: [
        { action: other.delete(), code: 'PODMAN_NOT_OURS' },
        { action: other.stop, code: 'PODMAN_NOT_OURS' },
        { action: other.create, code: 'PODMAN_NAME_IN_USE' },
        { action: with_({ image: 'localhost/reconcile-test/absent:1' }), code: 'PODMAN_NO_IMAGE' },
        {
          action: with_({ mounts: [{ source: '/etc', target: '/x', readOnly: true, options: [] }] }),
          code: 'PODMAN_MOUNT_REFUSED',
        },
        { action: with_({ secrets: [{ name: 'absent', target: 'A', env: true }] }), code: 'PODMAN_NO_SECRET' },
      ],
      foreign: ground.foreign,
      close: () => ground.close(),
    };
  });

  describe(`faults: ${name}`, () => {
    let ground: PodmanGround;
    let world: NodeWorld;
    let count = 0;
    beforeAll(async () => {
      ground = await makeGround();
      world = ground.world;
    });
    afterAll(() => ground.close());

    const make = (more: object = {}, port?: number) => {
      const words = {
        name: `${ground.prefix}-${count++}`,
        spec: { image: ground.image, ...more },
        imageId: ground.imageId,
      };
      return { name: words.name, ...containerActions({ ...words, ...(port === undefined ? {} : { port }) }) };
    };
    const apply = (action: ReturnType<typeof make>['start']) => world.driver.apply(world.applying(), action);
    const seen = async (name: string): Promise<ObservedResource | undefined> =>
      (await world.driver.observe(world.observing())).resources.find((one) => one.key === `container/${name}`);
    const stateOf = async (name: string) => (await seen(name))?.state as unknown as ContainerState | undefined;
    const codeOf = async (work: Promise<unknown>) => {
      const error = await work.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (!isFleetError(error)) return error;
      expect(Object.keys(driverErrors)).toContain(error.code);
      return error.code;
    };

    test('a process that died unseen is not alive; it can be stopped, started again, and removed', async () => {
      const one = make();
      for (const step of [one.create, one.start]) await apply(step);
      expect(await stateOf(one.name)).toMatchObject({ phase: 'running', alive: true });
      await ground.killUnseen(one.name);
      expect(await stateOf(one.name)).toMatchObject({ phase: 'running', alive: false });
      await apply(one.stop);
      expect(await stateOf(one.name)).toMatchObject({ phase: 'exited', alive: false });
      await apply(one.start);
      expect(await stateOf(one.name)).toMatchObject({ phase: 'running', alive: true });
      await ground.killUnseen(one.name);
      await apply(one.delete());
      expect(await seen(one.name)).toBeUndefined();
    });

    test('a taken port is told at the start, with its code; the container starts once it is free', async () => {
      const port = await ground.freePort();
      const one = make({ routes: [{ name: '', containerPort: 8080, fixed: null }] }, port);
      await apply(one.create);
      const release = await ground.takePort(port);
      expect(await codeOf(apply(one.start))).toBe('PODMAN_PORT_IN_USE');
      expect(await stateOf(one.name)).toMatchObject({ phase: 'created' });
      await release();
      await apply(one.start);
      expect(await stateOf(one.name)).toMatchObject({ phase: 'running', ports: [`tcp/127.0.0.1/${port}/8080`] });
      await apply(one.delete());
    });

    test('a command that the image lacks is a fault of the definition', async () => {
      const one = make({ command: ['/no/such/program'] });
      await apply(one.create);
      expect(await codeOf(apply(one.start))).toBe('PODMAN_NO_COMMAND');
      await apply(one.delete());
    });

    test('one of ours that the ledger forgot is still ours, by its labels', async () => {
      const one = make();
      await apply(one.create);
      delete world.ledger.containers[one.name];
      const found = await seen(one.name);
      expect(found).toMatchObject({ owner: 'managed', slot: 'svc/web', services: ['svc'], state: { recreated: true } });
      expect(found?.spec).toMatchObject({ image: ground.image });
      await apply(one.delete());
    });

    test('only the container that the plan saw is removed', async () => {
      const one = make();
      await apply(one.create);
      expect(await codeOf(apply(one.delete('f'.repeat(64))))).toBe('PODMAN_NOT_OURS');
      expect(await seen(one.name)).toBeDefined();
      await apply(one.delete());
      expect(await codeOf(apply(one.delete()))).toBeUndefined();
    });

    test('the last output is kept when a container goes', async () => {
      const one = make({ command: ['sh', '-c', 'echo one; echo two >&2; sleep 1000'] });
      for (const step of [one.create, one.start]) await apply(step);
      await expect
        .poll(async () => (await world.driver.tail?.(world.observing(), `container/${one.name}`, 9))?.length)
        .toBe(2);
      await apply(one.delete());
      const kept = await world.host.files.text(`${world.root}/logs/svc_web.previous.log`);
      expect(kept?.trim().split('\n').sort()).toEqual(['one', 'two']);
    });

    test('a job gives its exit code, runs once for a mark, and leaves nothing', async () => {
      const run = jobAction(`${ground.prefix}-job`, {
        image: ground.image,
        command: ['sh', '-c', 'exit 3'],
      });
      const facts = await apply(run);
      expect(facts).toMatchObject({ exitCode: 3, mark: ground.imageId });
      expect(await ground.names()).not.toContain(`${ground.prefix}-job`);
    });

    test('a pass killed before it wrote a result down finds it and does not run the job again', async () => {
      const name = `${ground.prefix}-job2`;
      const run = jobAction(name, {
        image: ground.image,
        command: ['sh', '-c', 'exit 4'],
      });
      const before = world.ledger.jobs['svc/x'];
      // The drivers alone, without the tick and what follows it.
      const bare = await world.bare('job').apply(world.applying(), run);
      const again = await world.bare('job').apply(world.applying(), run);
      expect(again).toEqual(bare);
      expect(before).toBeUndefined();
      await apply(run);
      expect(await ground.names()).not.toContain(name);
    });

    test('a quiet look is one list call', async () => {
      const one = make();
      for (const step of [one.create, one.start]) await apply(step);
      const quiet = async () => {
        await seen(one.name);
        ground.listCalls();
        await seen(one.name);
        return ground.listCalls();
      };
      // Files that changed a moment ago may change again unseen, so what was read of them is not kept yet.
      await expect.poll(quiet).toBe(1);
      await apply(one.delete());
    });

    test('another identity than the recorded one stops every write before it begins', async () => {
      const first = await world.driver.preflight?.(world.applying());
      expect(first).toMatchObject({ 'podman/identity': { driver: expect.any(String), uid: expect.any(Number) } });
      Object.assign(world.ledger.notes, first);
      expect(await world.driver.preflight?.(world.applying())).toBeUndefined();
      Object.assign(world.ledger.notes, {
        'podman/identity': { ...(first?.['podman/identity'] as object), uid: 4_000_000 },
      });
      expect(await codeOf(Promise.resolve(world.driver.preflight?.(world.applying())))).toBe('PODMAN_IDENTITY');
      Object.assign(world.ledger.notes, first);
    });

    test('garbage and silence are errors with a code, never an empty world', async () => {
      for (const how of ['garble', 'hang'] as const) {
        const spoilt = await ground.spoil?.(how);
        if (spoilt === undefined) continue;
        const code = await codeOf(spoilt.world.driver.observe(spoilt.world.observing()));
        expect(code).toBe(how === 'garble' ? 'PODMAN_GARBLED' : 'PODMAN_HUNG');
        await spoilt.end();
      }
    });

    test('a published port with nothing behind it does not pass for healthy', async () => {
      if (ground.probeTcp === undefined) return;
      const port = await ground.freePort();
      const one = make({ routes: [{ name: '', containerPort: 8080, fixed: null }], command: ['sleep', '1000'] }, port);
      for (const step of [one.create, one.start]) await apply(step);
      expect(await ground.probeTcp(one.name, port)).toBe(false);
      await apply(one.delete());
    });

    test('a lost database leaves names, processes and ports, which are released; then all is made anew', async () => {
      const port = await ground.freePort();
      const one = make({ routes: [{ name: '', containerPort: 8080, fixed: null }] }, port);
      for (const step of [one.create, one.start]) await apply(step);
      const pid = (await stateOf(one.name))?.pid ?? 0;
      await ground.loseDatabase();
      const left = await seen(one.name);
      expect(left).toMatchObject({ owner: 'managed', slot: 'svc/web', state: { phase: 'leftover' } });
      expect(await world.host.proc.startTicks(pid)).toBeDefined();
      await apply(one.delete((await stateOf(one.name))?.id, true));
      expect(await seen(one.name)).toBeUndefined();
      expect(await world.host.proc.startTicks(pid)).toBeUndefined();
      for (const step of [one.create, one.start]) await apply(step);
      expect(await stateOf(one.name)).toMatchObject({ phase: 'running', alive: true });
      await ground.loseDatabase();
      // The same name again without the planner's help: a create finds the leftover in its way and releases it.
      for (const step of [one.create, one.start]) await apply(step);
      expect(await stateOf(one.name)).toMatchObject({ phase: 'running', alive: true });
      await apply(one.delete());
    });
  });
}
