import type { Action, Observed, SourceSnapshot } from '@reconcile/core';
import type { RouteArgs, RouteSpec } from '@reconcile/core/kinds/route';
import type { Host } from '@reconcile/host';
import { loadSnapshot, type Registry } from '@reconcile/registry';
import { edgeRoot } from '@reconcile/spec/roots';

/** `ca/<node>-<digest of its content>.pem` */
const rootPath = /^ca\/([A-Za-z0-9][A-Za-z0-9_-]*)-[0-9a-f]{16}\.pem$/;

/** Puts the roots by which a plan's routes believe other nodes where the proxy reads them. */
export async function storeRoots(
  host: Host,
  actions: readonly Action[],
  from: { stateDir: string; registry: Registry; commit: string; fresh: SourceSnapshot | undefined },
): Promise<void> {
  const wanted = new Set<string>();
  for (const { args, kind, verb } of actions) {
    if (kind !== 'route' || verb === 'delete' || verb === 'park') continue;
    const { ca = '' } = (args as unknown as RouteArgs).spec.remote ?? {};
    if (ca !== '' && (await host.files.stat(`${from.stateDir}/${ca}`)) === undefined) wanted.add(ca);
  }
  if (wanted.size === 0) return;
  const { files } = from.fresh ?? (await loadSnapshot(from.registry, from.commit)) ?? {};
  await host.files.makeDir(`${from.stateDir}/ca`, { mode: 0o700 });
  for (const ca of wanted) {
    const root = edgeRoot(rootPath.exec(ca)?.[1] ?? '', files ?? new Map());
    if ('text' in root && root.path === ca)
      await host.files.write(`${from.stateDir}/${ca}`, root.text, { mode: 0o600 });
  }
}

/** Removes roots that no route of the proxy needs any more. What is not named as ours are stays. */
export async function dropRoots(host: Host, stateDir: string, observed: Observed): Promise<void> {
  const dir = `${stateDir}/ca`;
  const names = await host.files.list(dir);
  const routes = Object.values(observed.resources).filter(({ kind }) => kind === 'route');
  // A route that does not say where it leads may need any of them.
  if (names === undefined || observed.blind.route !== undefined || routes.some(({ spec }) => spec === undefined))
    return;
  const used = new Set(routes.map(({ spec }) => (spec as unknown as RouteSpec).remote?.ca));
  const gone = names.filter((name) => rootPath.test(`ca/${name}`) && !used.has(`ca/${name}`));
  for (const name of gone) await host.files.remove(`${dir}/${name}`);
  if (gone.length === names.length) await host.files.remove(dir);
}
