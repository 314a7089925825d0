import { clearApart, environmentApart } from '@reconcile/drivers/podman/apart';
import type { Host } from '@reconcile/host';
import { createHost } from '@reconcile/host/writing';
import type { NodeConfig } from '../config/model.ts';
import { fail } from './errors.ts';
import { type DrillPlace, drillPlaces, drillsDir, type Owner, ownerFile, placeOf, runOf } from './places.ts';

/** The caller's environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

const clearMs = 120_000;

/** Makes the place of a new drill and writes down whose it is, before anything is made in it. */
export async function makePlace(config: NodeConfig, host: Host): Promise<DrillPlace> {
  const id = host.ids.random().slice(0, 12);
  const place = placeOf(`${drillsDir(config)}/${id}`, runOf(host.home.runtimeDir, id));
  const owner: Owner = {
    pid: process.pid,
    startTicks: (await host.proc.startTicks(process.pid)) ?? 0,
    bootId: await host.proc.bootId(),
    run: place.run,
  };
  await host.files.makeDir(place.root, { mode: 0o700 });
  await host.files.write(ownerFile(place.root), `${JSON.stringify(owner)}\n`, { mode: 0o600 });
  await host.files.makeDir(place.state, { mode: 0o700 });
  return place;
}

/** What drills that were killed left on this node. @throws DRILL_BUSY where one still runs */
export async function deadPlaces(config: NodeConfig, host: Host): Promise<readonly DrillPlace[]> {
  const found = await drillPlaces(config, host);
  for (const { pid, place } of found) {
    if (pid === undefined) continue;
    throw fail('DRILL_BUSY', {
      message: 'begin a drill',
      key: place.root,
      wanted: 'no other one on this node',
      actual: `process ${pid} is at one`,
      hint: `wait for it, or look: ps ${pid}`,
    });
  }
  return found.map(({ place }) => place);
}

/** This machine with the environment of the podman in that place. */
export async function hostInside(host: Host, env: Environment, place: DrillPlace): Promise<Host> {
  return createHost({ env: await environmentApart(host, { env, place }) });
}

/** Removes everything of one drill, whatever became of it; has a time of its own, since it is for after a Ctrl-C too. @throws DRILL_LEFT */
export async function clearPlace(host: Host, env: Environment, place: DrillPlace): Promise<void> {
  const inside = await hostInside(host, env, place);
  const signal = AbortSignal.timeout(clearMs);
  const left = [...(await clearApart({ host, inside, place, signal }))];
  // Last of all: as long as anything is left, the next drill finds the place.
  if (left.length === 0) await host.files.removeTree(place.root);
  const drills = place.root.slice(0, place.root.lastIndexOf('/'));
  if ((await host.files.isEmpty(drills)) === true) await host.files.remove(drills);
  if (left.length === 0 && (await host.files.stat(place.root)) === undefined) return;
  throw fail('DRILL_LEFT', {
    message: `remove what drill ${place.id} made`,
    key: place.root,
    actual: `left: ${left.length === 0 ? place.root : left.join(', ')}`,
    hint: 'reconcile recover --drill clears it first',
  });
}
