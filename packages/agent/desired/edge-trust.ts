import type { Desired, Refusal, Resource, ResourceKey } from '@reconcile/core';
import type { RecordSpec } from '@reconcile/core/kinds/record';
import type { RemoteBackend, RouteSpec } from '@reconcile/core/kinds/route';
import type { ReadHost } from '@reconcile/host';
import { edgeRoot, rootFile } from '@reconcile/spec/roots';

/** A worker that answers does so in milliseconds; one that does not is no stranger. */
const askTimeoutMs = 1000;

interface Asked {
  readonly remote: RemoteBackend;
  /** The node, by its root's name. */
  readonly node: string;
}

/**
 * On an edge: routes whose worker shows a certificate that its root in the repository does not vouch for wait, with the
 * command that gives the right one; what serves already is left alone. A worker that cannot be reached proves nothing, so a
 * cut link changes nothing. `files`: of the snapshot; asked for on an edge only.
 */
export async function refuseStrangers(
  desired: Desired,
  host: Pick<ReadHost, 'net'>,
  files: () => Promise<ReadonlyMap<string, Uint8Array> | undefined>,
): Promise<Desired> {
  const remotes = new Map<string, Asked>();
  for (const { remote } of routesOf(desired))
    if (remote !== null && remote.ca !== '') remotes.set(nameOf(remote), asked(remote));
  if (remotes.size === 0) return desired;
  const snapshot = (await files()) ?? new Map<string, Uint8Array>();
  const strangers = new Map<string, string>();
  const ask = async ([name, { node, remote }]: readonly [string, Asked]) => {
    const root = edgeRoot(node, snapshot);
    if (!('text' in root)) return;
    const { address, port, serverName } = remote;
    const options = { name: serverName, roots: [root.text], proxied: true, timeoutMs: askTimeoutMs };
    const shown = await host.net.handshake(address, port, options);
    if ('trouble' in shown && shown.trouble !== undefined) strangers.set(name, shown.trouble);
  };
  await Promise.all([...remotes].map(ask));
  return strangers.size === 0 ? desired : without(desired, strangers);
}

/** The desired state as if these routes were not declared, and why. */
function without(desired: Desired, strangers: ReadonlyMap<string, string>): Desired {
  const gone = new Set<ResourceKey>();
  const refusals: Refusal[] = [];
  for (const resource of Object.values(desired.resources)) {
    if (resource.kind !== 'route') continue;
    const { hostname, remote } = resource.spec as unknown as RouteSpec;
    const trouble = remote === null ? undefined : strangers.get(nameOf(remote));
    if (remote === null || trouble === undefined) continue;
    gone.add(resource.key);
    const { node } = asked(remote);
    const ca = rootFile(node);
    const message = `edge route ${hostname}: ${ca} does not vouch for what ${node} shows as ${remote.serverName} (${trouble}); on ${node} run: reconcile cert root, and commit its output as ${ca}`;
    for (const service of resource.services) {
      // Once for a name, however many paths it has.
      const isTold = refusals.some((refusal) => refusal.service === service && refusal.message === message);
      if (!isTold) refusals.push({ slot: `${service}/${hostname}`, service, code: 'RootDiffers', message });
    }
  }
  const kept = Object.values(desired.resources).filter(({ key }) => !gone.has(key));
  const used = new Set(kept.flatMap((resource) => (resource.kind === 'route' ? needsOf(resource) : [])));
  const resources = kept.flatMap((resource) => left(resource, { gone, used }));
  return {
    ...desired,
    resources: Object.fromEntries(resources.map((resource) => [resource.key, resource])),
    refusals: [...desired.refusals, ...refusals],
  };
}

/** What only routes that wait would have needed waits with them. */
function left(
  resource: Resource,
  { gone, used }: { gone: ReadonlySet<ResourceKey>; used: ReadonlySet<ResourceKey> },
): Resource[] {
  if (resource.kind === 'listener' || resource.kind === 'certificate') return used.has(resource.key) ? [resource] : [];
  if (resource.kind !== 'record') return [resource];
  const { routes } = resource.spec as unknown as RecordSpec;
  return routes.some((key) => gone.has(key as ResourceKey)) ? [] : [resource];
}

function needsOf({ references }: Resource): ResourceKey[] {
  return references.flatMap((reference) => ('key' in reference ? [reference.key] : []));
}

function routesOf(desired: Desired): RouteSpec[] {
  return Object.values(desired.resources).flatMap(({ kind, spec }) =>
    kind === 'route' ? [spec as unknown as RouteSpec] : [],
  );
}

function nameOf({ address, ca, port, serverName }: RemoteBackend): string {
  return `${address} ${port} ${serverName} ${ca}`;
}

/** `ca/<node>-<digest>.pem`. */
function asked(remote: RemoteBackend): Asked {
  return { remote, node: /^ca\/(.+)-[0-9a-f]+\.pem$/.exec(remote.ca)?.[1] ?? '' };
}
