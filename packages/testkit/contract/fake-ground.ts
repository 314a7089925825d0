import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { createHost } from '@reconcile/host';
import { FakePodman } from '../fakes/podman.ts';
import type { PodmanGround } from './driver-suite.ts';
import { NodeWorld } from './node-world.ts';

const image = 'localhost/reconcile-test/web:1';

/** The contract's ground over podman in memory; files are this machine's. */
export async function fakeGround(): Promise<PodmanGround & { readonly podman: FakePodman }> {
  const runRoot = await mkdtemp(`${tmpdir()}/reconcile-run-`);
  const podman = new FakePodman({ runRoot });
  const imageId = podman.addImage(image);
  const host = podman.host(createHost());
  const world = await NodeWorld.make({ host, clients: podman.clients() });
  const { state, faults } = podman;
  let nextPort = 10_000;
  let asked = 0;
  const foreign = `lawless`;
  return {
    podman,
    world,
    prefix: 'law',
    image,
    imageId,
    freePort: async () => nextPort++,
    async fingerprint() {
      const { containers, leftovers, networks, volumes, secrets, processes } = state;
      const shown = [...containers.values()].map((one) => ({ ...one, networks: [...one.networks] }));
      return JSON.stringify([shown, [...leftovers], [...networks], [...volumes], [...secrets], [...processes]]);
    },
    names: async () => [...state.containers.keys(), ...state.leftovers.keys()],
    foreign: {
      name: foreign,
      async place() {
        const client = await podman.clients().writer(host, new AbortController().signal);
        const words = {
          image,
          command: [],
          labels: {},
          env: {},
          ports: [],
          mounts: [],
          secrets: [],
          aliases: [],
          network: 'default',
        };
        await client.create({ ...blankDraft, ...words, name: foreign });
        await client.start(foreign);
      },
      left: async () => state.containers.get(foreign)?.state === 'running',
    },
    killUnseen: async (name) => podman.killUnseen(name),
    loseDatabase: async () => podman.loseDatabase(),
    async takePort(port) {
      faults.takenPorts.add(port);
      return async () => void faults.takenPorts.delete(port);
    },
    async spoil(how) {
      faults[how].push('containers');
      return { world, end: async () => void faults[how].splice(0) };
    },
    listCalls() {
      const lists = podman.calls.filter((call) =>
        /^(containers|images|networks|volumes|secrets|store|container)\b/.test(call),
      );
      const since = lists.length - asked;
      asked = lists.length;
      return since;
    },
    async close() {
      await world.close();
      await rm(runRoot, { recursive: true, force: true });
    },
  };
}

const blankDraft = {
  entrypoint: null,
  user: '',
  workdir: '',
  hostname: '',
  tmpfs: [],
  readOnly: false,
  capAdd: [],
  devices: [],
  privileged: false,
  extraHosts: [],
  memory: 0,
  cpus: 0,
  pids: 0,
  stopSignal: '',
  stopTimeout: 10,
  logMaxBytes: 10_000_000,
} as const;
