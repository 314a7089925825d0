import {
  type ContainerDetail,
  type ContainerDraft,
  type ContainerRow,
  fail,
  type PodmanClient,
} from '@reconcile/drivers/podman/client';
import type { Host } from '@reconcile/host';
import type { FakePodman } from './podman.ts';
import type { FakeContainer } from './podman-state.ts';

/** Whole seconds, as podman's listing has them. */
const second = (at: number) => Math.floor(at / 1000) * 1000;

/** The client contract over a `FakePodman`, for one call's host and signal. */
export function fakeClient(podman: FakePodman, host: Host, signal: AbortSignal): PodmanClient {
  const { state, faults } = podman;
  const now = () => second(host.clock.now());

  /** Takes a call's turn: its faults, its cancellation, then its work. */
  const turn = async <T>(call: string, name: string, work: () => T | Promise<T>): Promise<T> => {
    podman.calls.push(`${call} ${name}`.trim());
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) throw fail('PODMAN_HUNG', { message: `${call} ${name}`, actual: 'cancelled before' });
    if (use(faults.hang, call)) throw fail('PODMAN_HUNG', { message: `${call} ${name}` });
    if (use(faults.garble, call)) throw fail('PODMAN_GARBLED', { message: `${call} ${name}` });
    const done = await work();
    if (use(faults.lost, call))
      throw fail('PODMAN_HUNG', { message: `${call} ${name}`, actual: 'done, but not heard of' });
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) throw fail('PODMAN_HUNG', { message: `${call} ${name}`, actual: 'cancelled after' });
    return done;
  };
  const need = (name: string): FakeContainer => {
    const one = find(name);
    if (one === undefined) throw fail('PODMAN_NO_SUCH', { message: `find ${name}` });
    return one;
  };
  const find = (name: string) =>
    state.containers.get(name) ?? [...state.containers.values()].find((one) => one.id === name);
  const image = (ref: string) =>
    state.images.get(ref) ?? [...state.images.values()].find((i) => i.names.includes(ref) || i.digests.includes(ref));

  const create = (draft: ContainerDraft): string => {
    if (state.containers.has(draft.name) || state.leftovers.has(draft.name))
      throw fail('PODMAN_NAME_IN_USE', { message: draft.name });
    const found = image(draft.image);
    if (found === undefined) throw fail('PODMAN_NO_IMAGE', { message: draft.image });
    const named = !['default', 'host', 'none'].includes(draft.network);
    if (named && !state.networks.has(draft.network)) throw fail('PODMAN_NO_NETWORK', { message: draft.network });
    const missing = draft.secrets.find((secret) => !state.secrets.has(secret.source));
    if (missing !== undefined) throw fail('PODMAN_NO_SECRET', { message: missing.source });
    const id = podman.nextId();
    if (faults.orphan) {
      faults.orphan = false;
      state.leftovers.set(draft.name, id);
      throw fail('PODMAN_HUNG', { message: `create ${draft.name}`, actual: 'killed half-way' });
    }
    const networks = new Map(named ? [[draft.network, [...draft.aliases, id.slice(0, 12)]]] : []);
    state.containers.set(draft.name, {
      id,
      draft,
      imageId: found.id,
      state: 'created',
      pid: 0,
      exitCode: 0,
      createdAt: now(),
      startedAt: 0,
      exitedAt: 0,
      networks,
      output: [],
    });
    return id;
  };

  const start = async (name: string): Promise<void> => {
    const one = need(name);
    if (one.state === 'running') return;
    if (one.state !== 'created' && one.state !== 'exited' && one.state !== 'stopped')
      throw fail('PODMAN_STATE', { message: name });
    if (one.draft.command[0]?.startsWith('/no/')) throw fail('PODMAN_NO_COMMAND', { message: name });
    const wanted = one.draft.ports.map((port) => port.host);
    const busy = [...state.containers.values()]
      .filter((other) => other.state === 'running')
      .flatMap((other) => other.draft.ports.map((p) => p.host));
    const taken = wanted.find((port) => faults.takenPorts.has(port) || busy.includes(port));
    if (taken !== undefined) throw fail('PODMAN_PORT_IN_USE', { message: `start ${name}`, actual: String(taken) });
    const monitor = podman.nextProcess();
    const pid = podman.nextProcess();
    state.running.set(one.id, { pid, monitor });
    const dir = `${podman.store.runRoot}/overlay-containers/${one.id}/userdata`;
    await host.files.makeDir(dir, { mode: 0o700 });
    await host.files.write(`${dir}/conmon.pid`, String(monitor), { mode: 0o600 });
    await host.files.write(`${dir}/pidfile`, String(pid), { mode: 0o600 });
    Object.assign(one, { state: 'running', pid, startedAt: now(), exitCode: 0 });
    const script = one.draft.command.join(' ');
    for (const [, word = ''] of script.matchAll(/echo (\w+)/g)) one.output.push(word);
    const code = script === 'true' ? '0' : /exit (\d+)$/.exec(script)?.[1];
    if (code !== undefined) podman.exit(name, Number(code), now());
  };

  const stop = (name: string): void => {
    const one = find(name);
    if (one?.state !== 'running') return;
    const processes = state.running.get(one.id);
    if (processes === undefined || !state.processes.has(processes.monitor)) {
      one.state = 'stopped';
      throw fail('PODMAN_STATE', { message: `stop ${name}`, actual: 'timed out waiting for its exit' });
    }
    podman.exit(name, 143, now());
  };

  const remove = (nameOrId: string): void => {
    const one = find(nameOrId);
    if (one !== undefined) {
      podman.endProcesses(one.id);
      state.containers.delete(one.draft.name);
    }
    for (const [name, id] of state.leftovers) if (name === nameOrId || id === nameOrId) state.leftovers.delete(name);
  };

  return {
    via: 'cli',
    containers: () =>
      turn('containers', '', () => [
        ...[...state.containers.values()].map(rowOf),
        ...[...state.leftovers].map(leftoverRow),
      ]),
    container: (name) =>
      turn('container', name, () => {
        const one = find(name);
        return one === undefined ? undefined : detailOf(one);
      }),
    images: () => turn('images', '', () => [...state.images.values()]),
    image: (ref) => turn('image', ref, () => image(ref)),
    networks: () => turn('networks', '', () => [...state.networks.values()]),
    volumes: () => turn('volumes', '', () => [...state.volumes.values()]),
    secrets: () => turn('secrets', '', () => [...state.secrets.values()]),
    store: () => turn('store', '', () => podman.store),
    registries: () => turn('registries', '', () => ({ arch: 'amd64', rules: [] })),
    tail: (name, lines) => turn('tail', name, () => find(name)?.output.slice(-lines) ?? []),
    create: (draft) => turn('create', draft.name, () => create(draft)),
    start: (name) => turn('start', name, () => start(name)),
    stop: (name) => turn('stop', name, () => stop(name)),
    cleanup: (name) =>
      turn('cleanup', name, () => {
        const one = need(name);
        if (one.state === 'stopped') Object.assign(one, { state: 'exited', pid: 0, exitedAt: now() });
      }),
    signal: (name, word) =>
      turn('signal', name, () => {
        const one = need(name);
        if (one.state !== 'running') throw fail('PODMAN_STATE', { message: name });
        one.output.push(`signal ${word}`);
      }),
    remove: (name) => turn('remove', name, () => remove(name)),
    wait: (name) => turn('wait', name, () => need(name).exitCode),
    exec: (name, command) =>
      turn('exec', name, () => {
        if (need(name).state !== 'running') throw fail('PODMAN_STATE', { message: name });
        return { exitCode: command[0] === 'false' ? 1 : 0, output: '' };
      }),
    connect: (network, name, aliases) =>
      turn('connect', name, () => {
        const one = need(name);
        one.networks.set(network, [...aliases, one.id.slice(0, 12)]);
      }),
    disconnect: (network, name) => turn('disconnect', name, () => void need(name).networks.delete(network)),
    tag: (ref, name) =>
      turn('tag', name, () => {
        const found = image(ref);
        if (found === undefined) throw fail('PODMAN_NO_IMAGE', { message: ref });
        for (const [id, other] of state.images)
          state.images.set(id, { ...other, names: other.names.filter((n) => n !== name) });
        state.images.set(found.id, { ...found, names: [...found.names.filter((n) => n !== name), name] });
      }),
    pull: (ref) => turn('pull', ref, () => image(ref)?.id ?? podman.pullImage(ref)),
    build: (draft) => turn('build', draft.ref, () => image(draft.ref)?.id ?? podman.addImage(draft.ref)),
    removeImage: (ref) =>
      turn('removeImage', ref, () => {
        const found = image(ref);
        if (found === undefined) return;
        const names = found.names.filter((name) => name !== ref);
        if (names.length > 0) state.images.set(found.id, { ...found, names });
        else if ([...state.containers.values()].some((one) => one.imageId === found.id))
          throw fail('PODMAN_IN_USE', { message: ref });
        else state.images.delete(found.id);
      }),
    createNetwork: ({ name, labels }) =>
      turn('createNetwork', name, () => {
        if (state.networks.has(name)) throw fail('PODMAN_NAME_IN_USE', { message: name });
        state.networks.set(name, { name, id: podman.nextId(), labels, createdAt: now() });
      }),
    removeNetwork: (name) =>
      turn('removeNetwork', name, () => {
        if ([...state.containers.values()].some((one) => one.networks.has(name)))
          throw fail('PODMAN_IN_USE', { message: name });
        state.networks.delete(name);
      }),
    createVolume: ({ name, labels }) =>
      turn('createVolume', name, () => {
        if (state.volumes.has(name)) throw fail('PODMAN_NAME_IN_USE', { message: name });
        state.volumes.set(name, { name, labels, createdAt: now() });
      }),
    createSecret: (name, { content }, labels) =>
      turn('createSecret', name, () => {
        if (state.secrets.has(name)) throw fail('PODMAN_NAME_IN_USE', { message: name });
        state.secrets.set(name, { name, id: podman.nextId().slice(0, 25), labels, createdAt: now(), content });
      }),
    removeSecret: (name) => turn('removeSecret', name, () => void state.secrets.delete(name)),
    unmount: (path) => turn('unmount', path, () => {}),
    killOrphan: (pid) => turn('killOrphan', String(pid), () => podman.endByPid(pid)),
  };
}

function use(list: string[], call: string): boolean {
  const at = list.indexOf(call);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
}

function rowOf(one: FakeContainer): ContainerRow {
  const { id, draft, imageId, state, pid, exitCode, createdAt, startedAt, exitedAt } = one;
  const networks = [...one.networks.keys()];
  return {
    id,
    name: draft.name,
    state,
    labels: draft.labels,
    imageId,
    pid,
    exitCode,
    ports: draft.ports,
    networks,
    createdAt,
    startedAt,
    exitedAt,
  };
}

function leftoverRow([name, id]: readonly [string, string]): ContainerRow {
  return {
    id,
    name,
    state: 'storage',
    labels: {},
    imageId: '',
    pid: 0,
    exitCode: 0,
    ports: [],
    networks: [],
    createdAt: 0,
    startedAt: 0,
    exitedAt: 0,
  };
}

function detailOf(one: FakeContainer): ContainerDetail {
  const { id, draft, imageId, state, pid, exitCode, startedAt, exitedAt } = one;
  return {
    id,
    name: draft.name,
    state,
    labels: draft.labels,
    imageId,
    pid,
    exitCode,
    startedAt,
    finishedAt: exitedAt,
    networks: Object.fromEntries(one.networks),
  };
}
