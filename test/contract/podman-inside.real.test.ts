import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { ContainerState } from '@reconcile/core/kinds/container';
import {
  type ContainerWords,
  containerActions,
  jobAction,
  type PodmanGround,
  realGround,
} from '@reconcile/testkit/contract';
import { buildTestImage, noRealPodman, podman, type WebWords } from '@reconcile/testkit/podman';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const reason = noRealPodman();

describe.skipIf(reason !== undefined)(`podman, inside and out ${reason ?? ''}`, () => {
  let ground: PodmanGround;
  beforeAll(async () => {
    ground = await realGround('auto');
  });
  afterAll(() => ground.close());

  let count = 0;
  const make = (spec: Partial<ContainerWords['spec']> = {}, more: Partial<ContainerWords> = {}) => {
    const name = `${ground.prefix}-in${count++}`;
    return {
      name,
      ...containerActions({
        name,
        spec: { image: ground.image, stopTimeoutMs: 1000, ...spec },
        imageId: ground.imageId,
        ...more,
      }),
    };
  };
  const apply = (action: ReturnType<typeof make>['start']) =>
    ground.world.driver.apply(ground.world.applying(), action);
  const seen = async (name: string) =>
    (await ground.world.driver.observe(ground.world.observing())).resources.find(
      (one) => one.key === `container/${name}`,
    );
  const inside = async (name: string, ...command: string[]) => (await podman(['exec', name, ...command])).stdout;

  test.each<[WebWords['MODE'] & string, boolean]>([
    ['serve', true],
    ['silent', false],
    ['loopback', false],
  ])('tcp health of a program that does %s', async (mode, healthy) => {
    const port = await ground.freePort();
    const one = make({ env: { MODE: mode }, routes: [{ name: '', containerPort: 8080, fixed: null }] }, { port });
    for (const step of [one.create, one.start]) await apply(step);
    if (healthy) await expect.poll(() => ground.probeTcp?.(one.name, port), { timeout: 5000 }).toBe(true);
    else for (let look = 0; look < 3; look++) expect(await ground.probeTcp?.(one.name, port)).toBe(false);
    await apply(one.delete());
  });

  test('what died a moment ago is started with its ports', async () => {
    const { driver } = ground.world;
    const port = await ground.freePort();
    const one = make({ routes: [{ name: '', containerPort: 8080, fixed: null }] }, { port });
    for (const step of [one.create, one.start]) await apply(step);
    const place = () => driver.locate?.(ground.world.observing(), `container/${one.name}`);
    for (let death = 0; death < 3; death++) {
      await expect.poll(() => ground.probeTcp?.(one.name, port), { timeout: 5000 }).toBe(true);
      process.kill((await place())?.pid ?? 0, 'SIGKILL');
      // As soon as podman says so: its own cleaning up is still going on.
      while ((await place())?.running === true);
      await apply({ ...one.start, reason: { code: 'Exited', text: 'exited 137' } });
    }
    await expect.poll(() => ground.probeTcp?.(one.name, port), { timeout: 5000 }).toBe(true);
    await apply(one.delete());
  });

  test('a file of another owner: readable by it alone, rewritten in place, its edits seen', async () => {
    const { world } = ground;
    const one = await world.blob('one');
    const two = await world.blob('two');
    const name = `${ground.prefix}-owned`;
    const file = (hash: string) =>
      ({ target: '/etc/own.conf', hash, mode: '0400', owner: '1000:1000', onChange: 'restart', secrets: [] }) as const;
    const copy = (hash: string, verb: 'create' | 'update') => ({
      ...containerActions({ name, spec: { image: ground.image }, imageId: '' }).stop,
      id: `file#${verb}`,
      key: `file/${name}/etc/own.conf` as const,
      kind: 'file',
      verb,
      args: { container: name, spec: { ...file(hash), onChange: null } },
    });
    const words = containerActions({
      name,
      spec: { image: ground.image, user: '1000:1000', files: [file(one)] },
      imageId: ground.imageId,
    });
    await apply(copy(one, 'create'));
    for (const step of [words.create, words.start]) await apply(step);
    expect(await inside(name, 'cat', '/etc/own.conf')).toBe('one');
    const state = async () =>
      (await world.driver.observe(world.observing())).resources.find((r) => r.key === `file/${name}/etc/own.conf`)
        ?.state;
    expect(await state()).toEqual({ hash: one, mode: '0400' });
    await apply(copy(two, 'update'));
    expect(await inside(name, 'cat', '/etc/own.conf')).toBe('two');
    expect(await state()).toEqual({ hash: two, mode: '0400' });
    await podman(['unshare', 'sh', '-c', `echo edited >> ${world.root}/files/${name}/etc__own.conf`]);
    expect(await state()).toEqual({ hash: '', mode: '0400' });
    await apply(words.delete());
    await apply({ ...copy(two, 'update'), verb: 'delete' });
    expect(await state()).toBeUndefined();
  });

  test('a secret is a file for its user alone, or a variable; no argv knows it', async () => {
    const { world } = ground;
    const { writeFile } = await import('node:fs/promises');
    const secret = `${ground.prefix}-canary`;
    await writeFile(`${world.root}/secrets/${secret}`, 'canary-value', { mode: 0o600 });
    const create = {
      ...containerActions({ name: 'x', spec: { image: '' }, imageId: '' }).stop,
      id: '',
      key: `secret/${secret}` as const,
      kind: 'secret',
      verb: 'create',
      args: { name: secret, hmac: null },
    } as const;
    await apply(create);
    const one = make({
      user: '1000:1000',
      secrets: [
        { name: secret, target: '/run/pass', env: false },
        { name: secret, target: 'PASS', env: true },
      ],
    });
    await apply(one.create);
    expect((await podman(['container', 'inspect', one.name])).stdout).not.toContain('canary-value');
    for (const step of [one.create, one.start]) await apply(step);
    expect(await inside(one.name, 'cat', '/run/pass')).toBe('canary-value');
    expect(await inside(one.name, 'ls', '-ln', '/run/pass')).toMatch(/^-r--------\s+\d+\s+1000\s+1000 /);
    expect(await inside(one.name, 'sh', '-c', 'printf %s "$PASS"')).toBe('canary-value');
    // podman itself shows the variables of what it started to whoever may ask it (4.3.1): nothing else of what it shows is one.
    const shown = JSON.parse((await podman(['container', 'inspect', one.name])).stdout) as {
      Config: { Env: string[] };
    }[];
    for (const { Config } of shown) Config.Env = Config.Env.filter((entry) => !entry.startsWith('PASS='));
    expect(JSON.stringify(shown)).not.toContain('canary-value');
    expect(JSON.stringify([world.ledger.view(), create])).not.toContain('canary-value');
    await apply(one.delete());
    await apply({ ...create, verb: 'delete' });
  });

  test('an alias is given to a running container, and its published port answers again', async () => {
    const { world, prefix } = ground;
    const net = `${prefix}-alias`;
    await podman(['network', 'create', net]);
    const port = await ground.freePort();
    const one = make(
      { network: net, aliases: [`${prefix}-web`], routes: [{ name: '', containerPort: 8080, fixed: null }] },
      { port, aliased: false },
    );
    for (const step of [one.create, one.start]) await apply(step);
    const answers = async () => {
      const found = await world.host.http
        .request({ method: 'GET', url: `http://127.0.0.1:${port}/`, timeoutMs: 2000 })
        .catch(() => undefined);
      return found?.status;
    };
    await expect.poll(answers, { timeout: 5000 }).toBe(200);
    expect((await seen(one.name))?.state).toMatchObject({ aliased: false, networks: [net] });
    // As if the pass had died after the first half of it.
    await podman(['network', 'disconnect', net, one.name]);
    await apply(one.alias);
    await expect.poll(answers, { timeout: 5000 }).toBe(200);
    const other = make({ network: net });
    for (const step of [other.create, other.start]) await apply(step);
    expect(await inside(other.name, 'nslookup', `${prefix}-web`)).toMatch(/Address.*10\./);
    delete world.ledger.containers[one.name];
    expect((await seen(one.name))?.state).toMatchObject({ aliased: true, recreated: true });
    for (const step of [one.delete(), other.delete()]) await apply(step);
    await podman(['network', 'rm', net]);
  });

  test('an image cannot claim that its containers are ours', async () => {
    const name = `${ground.prefix}-claims`;
    const labels = {
      'io.reconcile.fleet': 'lawful',
      'io.reconcile.node': 'rift',
      'io.reconcile.key': `container/${name}`,
      'io.reconcile.slot': 'svc/web',
    };
    await buildTestImage('claims', { labels });
    await podman(['create', `--name=${name}`, '--network=none', 'localhost/reconcile-test/web:claims']);
    expect(await seen(name)).toMatchObject({ owner: 'foreign', slot: `container/${name}` });
    await podman(['rm', name]);
    await podman(['rmi', 'localhost/reconcile-test/web:claims']);
  });

  test('a job over its time is ended, with the exit code of a timeout', async () => {
    const facts = await apply(
      jobAction(
        `${ground.prefix}-long`,
        { image: ground.image, command: ['sleep', '1000'], stopTimeoutMs: 1000 },
        2000,
      ),
    );
    expect(facts).toMatchObject({ exitCode: 124 });
    expect(await ground.names()).not.toContain(`${ground.prefix}-long`);
  });

  test('a create killed anywhere is finished by the next one', async () => {
    for (let round = 0; round < 20; round++) {
      const one = make();
      const child = spawn('podman', ['create', `--name=${one.name}`, '--pull=never', '--', ground.image], {
        stdio: 'ignore',
        detached: true,
      });
      await new Promise((resolve) => setTimeout(resolve, 10 + round * 3));
      try {
        process.kill(-(child.pid ?? 0), 'SIGKILL');
      } catch {
        // It was done already.
      }
      await new Promise((resolve) =>
        child.exitCode === null && child.signalCode === null ? child.once('exit', resolve) : resolve(undefined),
      );
      // What is left of it: nothing, half a container (released), or a whole one without our labels (not ours, so told).
      const whole = (await podman(['ps', '--all', '--format={{.Names}}'])).stdout.split('\n').includes(one.name);
      if (whole) {
        await expect(apply(one.create)).rejects.toMatchObject({ code: 'PODMAN_NAME_IN_USE' });
        await podman(['rm', one.name]);
      } else {
        await apply(one.create);
        expect((await seen(one.name))?.state).toMatchObject({ phase: 'created' });
        await apply(one.delete());
      }
      expect(await ground.names()).not.toContain(one.name);
    }
  });

  test('a drain ends when nobody is connected any more, or in time', async () => {
    const { world } = ground;
    const port = await ground.freePort();
    const server = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { connect } = await import('node:net');
    const guest = connect(port, '127.0.0.1');
    await new Promise((resolve) => guest.once('connect', resolve));
    const one = make({}, { port });
    const startedAt = Date.now();
    await apply(one.drain);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(950);
    expect(world.warnings).toContain('drain ended with open connections');
    guest.destroy();
    await new Promise((resolve) => server.close(resolve));
    const again = Date.now();
    await apply(one.drain);
    expect(Date.now() - again).toBeLessThan(900);
  });

  test('a hundred running containers: one quiet look', async () => {
    const { world } = ground;
    const many = Array.from({ length: 100 }, () => make({ network: 'none', command: ['sleep', '1000'] }));
    for (let at = 0; at < many.length; at += 4) {
      await Promise.all(
        many.slice(at, at + 4).map(async (one) => {
          await apply(one.create);
          await apply(one.start);
        }),
      );
    }
    const took: number[] = [];
    for (let look = 0; look < 10; look++) {
      ground.listCalls();
      const startedAt = performance.now();
      const { resources } = await world.driver.observe(world.observing());
      took.push(Math.round(performance.now() - startedAt));
      const states = resources
        .filter((r) => r.kind === 'container' && r.owner === 'managed')
        .map((r) => r.state as unknown as ContainerState);
      expect(states.filter((state) => state.alive).length).toBe(100);
    }
    expect(ground.listCalls()).toBe(1);
    process.stdout.write(`a quiet look at 100 containers by the API, ms: ${took.join(' ')}\n`);
    await Promise.all(many.map((one) => apply(one.delete())));
  });
});
