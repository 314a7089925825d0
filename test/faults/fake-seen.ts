import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RouteState } from '@reconcile/core/kinds/route';
import { lastGoodSnapshot, loadLedger, openRegistry } from '@reconcile/registry';
import { digestOf, strayFiles } from './disk.ts';
import type { FakeGround } from './fake-ground.ts';
import { type Seen, type SeenContainer, thingsSeen } from './seen.ts';
import { copiesIn, versionOf } from './versions.ts';

/** Looks at the stand-ins themselves, past everything that is tried here. */
export async function seeFake(ground: FakeGround): Promise<Seen> {
  const { dns, places, podman, proxy, root } = ground;
  const { state } = podman;
  const stateDir = join(root, 'state');
  const files = await copiesIn(join(stateDir, 'files'));
  const containers = await Promise.all(
    [...state.containers.values()].map(async ({ draft, id, pid, state: phase }): Promise<SeenContainer> => {
      const slot = draft.labels['io.reconcile.slot'] ?? '';
      return {
        name: draft.name,
        slot,
        id,
        isRunning: phase === 'running' && state.processes.has(pid),
        process: `${pid} ${state.processes.get(pid)}`,
        version: versionOf(draft.labels, files[draft.name] ?? {}),
      };
    }),
  );
  const answers = [...state.containers.values()].flatMap(({ draft }) =>
    draft.ports.map(({ host, ip }) => [`${ip}:${host}`, draft.name] as const),
  );
  const found = JSON.parse(proxy.fingerprint()) as [string, { state: RouteState }][];
  const routes = found.filter(([key, one]) => key.startsWith('route/') && one.state.parked !== true);
  const registry = openRegistry(join(stateDir, 'registry.db'), { mode: 'read' });
  const leases = Object.keys(loadLedger(registry).leases).map((key) => key.split('/')[1] ?? '');
  const commit = registry.read(lastGoodSnapshot)?.commit ?? '';
  await registry.close();
  const things = thingsSeen(containers, {
    files: Object.fromEntries(Object.entries(files).map(([name, copies]) => [name, Object.keys(copies)])),
    leases,
    routes: Object.fromEntries(routes.map(([key, { state: route }]) => [key.split('/')[2] ?? '', route.targets])),
    answers: Object.fromEntries(answers),
    plain: [
      ...[...state.networks.keys()].map((name) => `network ${name}`),
      ...[...state.secrets.keys()].map((name) => `secret ${name.replace(/^reconcile-/, '')}`),
      ...found.filter(([key]) => key.startsWith('listener/')).map(([key]) => key.replace('/', ' ')),
      ...[...dns.found.values()].map(({ hostname, state: { values } }) => `name ${hostname} at ${values.join()}`),
      ...(await readdir(join(stateDir, 'certificates'))).map((name) => `certificate ${name.replace(/\.pem$/, '')}`),
      ...(await strayFiles(stateDir)),
    ],
  });
  const volumes = [...state.volumes.values()].map(({ createdAt, name }) => [name, String(createdAt)] as const);
  const data = {
    ...Object.fromEntries(volumes),
    [places.data]: digestOf(await readFile(join(places.data, 'precious'))),
  };
  return { containers, leftovers: [...state.leftovers.keys()], things, data, commit };
}
