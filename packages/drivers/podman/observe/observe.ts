import type { Observation, ObserveContext, ObservedResource, Observer } from '@reconcile/core';
import type { ContainerState } from '@reconcile/core/kinds/container';
import type { ReadHost } from '@reconcile/host';
import { adoptedIds } from '../adopted.ts';
import type { ContainerRow, ImageRow, PodmanClients, PodmanReader } from '../client/contract.ts';
import { podmanReader } from '../client/reader.ts';
import { imposes } from '../labels.ts';
import type { PodmanSettings } from '../settings.ts';
import { needsDetail, observedContainer, type Seen } from './containers.ts';
import { observedImages } from './images.ts';
import { Notes } from './listing.ts';
import { Liveness } from './liveness.ts';
import { observedNetworks } from './networks.ts';
import { isJobRun, judge, type Known } from './ownership.ts';
import { assertSamePlace } from './same-place.ts';
import { observedSecrets, wantedSecrets } from './secrets.ts';
import { stampOf, stampOfDir, volumesStamp } from './stamp.ts';
import { knownStore, listingFiles, storeFacts } from './store.ts';
import { lacksOneThatIsThere, observedVolumes, wantsNamedVolumes } from './volumes.ts';

/** How long a monitor takes to write an end down, with room, ms: a millisecond where nothing else runs. */
const endingMs = 50;

export const podmanName = 'podman';
export const podmanKinds = ['container', 'image', 'network', 'volume', 'secret'] as const;

/**
 * What podman has. A quiet pass is one list call (specs/0014); everything else comes from the ledger, the labels, /proc,
 * and listings kept while the files they were read from are unchanged.
 */
export function podmanObserver(settings: PodmanSettings): Observer<ReadHost> {
  const reader: PodmanClients['reader'] =
    settings.clients?.reader ?? ((host, signal) => podmanReader(host, signal, settings.transport));
  const liveness = new Liveness();
  let { listed } = settings;
  return {
    name: podmanName,
    serves: podmanKinds,
    async observe(cx) {
      const client = await reader(cx.host, cx.signal);
      // First and alone: the first podman command after a boot sets up the user's namespaces (performance.md 6.1).
      const listing = listed ?? client.containers();
      listed = undefined;
      // Heard of below; until then nobody else does.
      listing.catch(() => undefined);
      await foresee(cx, liveness);
      const stamp = await assertSamePlace(cx, async () => {
        // Podman's first command after a boot is alone: see above.
        await listing;
        return { host: cx.host, client, node: settings.stateDir };
      });
      const seen = await look(cx, { client, settings, rows: await listing, liveness, stamp });
      if (!seen.resources.some(isEnding)) return seen;
      await cx.host.clock.sleep(endingMs, cx.signal);
      return look(cx, { client, settings, rows: await client.containers(), liveness, stamp });
    },
  };
}

/** podman says that it runs, and its process is gone: forgotten for good, or its monitor is just about to write its end down. */
function isEnding({ kind, owner, state }: ObservedResource): boolean {
  if (kind !== 'container' || owner === 'foreign') return false;
  const { alive, phase } = state as unknown as ContainerState;
  return phase === 'running' && !alive;
}

/** While podman lists: the monitors of what the ledger knows. Where they lie is known from the second look on. */
async function foresee(cx: ObserveContext<ReadHost>, liveness: Liveness): Promise<void> {
  const place = knownStore(new Notes(podmanName, cx.ledger.notes));
  if (place === undefined) return;
  const ids = Object.values(cx.ledger.containers).flatMap(({ id }) => (id === '' ? [] : [id]));
  await liveness.foresee(cx.host, place, ids);
}

interface Look {
  readonly client: PodmanReader;
  readonly settings: PodmanSettings;
  readonly rows: readonly ContainerRow[];
  readonly liveness: Liveness;
  /** New, and to be noted. */
  readonly stamp: string | undefined;
}

async function look(
  cx: ObserveContext<ReadHost>,
  { client, settings, rows, liveness, stamp: placeStamp }: Look,
): Promise<Observation> {
  const notes = new Notes(podmanName, cx.ledger.notes);
  if (placeStamp !== undefined) notes.put('identity-stamp', placeStamp);
  const store = await storeFacts({ host: cx.host, client, node: settings.stateDir }, notes);
  const files = listingFiles(store);
  let images: Promise<readonly ImageRow[]> | undefined;
  const listImages = () => {
    images ??= stampOf(cx.host, [files.images]).then((stamp) => notes.listing('images', stamp, () => client.images()));
    return images;
  };
  const wants = (kind: string) => Object.values(cx.desired.resources).some((resource) => resource.kind === kind);

  const containers = async () => {
    const seen = await seeContainers(cx, { client, rows, liveness, store, listImages });
    return seen.map(observedContainer);
  };
  const imageResources = async () => (wants('image') ? observedImages(cx.desired, await listImages(), cx.ledger) : []);
  const networks = async () => {
    if (!wants('network') && !notes.has('networks')) return [];
    const stamp = await stampOfDir(cx.host, files.networks);
    return observedNetworks(cx.desired, await notes.listing('networks', stamp, () => client.networks()), cx);
  };
  const volumes = async () => {
    if (!wants('volume')) return [];
    const place = { volumePath: store.volumePath };
    if (!wantsNamedVolumes(cx.desired)) return observedVolumes(cx, { rows: [], ...place });
    const stamp = await volumesStamp(cx.host, files.volumes, store.graphRoot);
    const kept = await notes.listing('volumes', stamp, () => client.volumes());
    const isOutdated = await lacksOneThatIsThere(cx, { rows: kept, ...place });
    const rows = isOutdated ? await notes.renewed('volumes', stamp, () => client.volumes()) : kept;
    return observedVolumes(cx, { rows, ...place });
  };
  const secrets = async () => {
    if (wantedSecrets(cx).length === 0 && Object.keys(cx.ledger.secrets).length === 0) return [];
    const stamp = await stampOf(cx.host, [files.secrets]);
    return observedSecrets(cx, await notes.listing('secrets', stamp, () => client.secrets()), settings);
  };

  const found = await Promise.all([containers(), imageResources(), networks(), volumes(), secrets()]);
  return { resources: found.flat(), ...(Object.keys(notes.changed).length === 0 ? {} : { notes: notes.changed }) };
}

interface ContainerLook {
  readonly client: PodmanReader;
  readonly liveness: Liveness;
  readonly rows: readonly ContainerRow[];
  readonly store: { readonly runRoot: string; readonly driver: string };
  readonly listImages: () => Promise<readonly ImageRow[]>;
}

async function seeContainers(
  cx: ObserveContext<ReadHost>,
  { client, rows, liveness, store, listImages }: ContainerLook,
): Promise<Seen[]> {
  const own = rows.filter((row) => !isJobRun(row, cx));
  let known: Known = {
    maker: cx,
    records: cx.ledger.containers,
    ids: new Set(rows.map((row) => row.id)),
    imposing: undefined,
    adopted: adoptedIds(cx.ledger.notes),
  };
  if (own.some((row) => judge(row, known) === 'ask-image')) {
    const imposing = (await listImages()).filter((image) => imposes(image.labels)).map((image) => image.id);
    known = { ...known, imposing: new Set(imposing) };
  }
  return Promise.all(
    own.map(async (row): Promise<Seen> => {
      const asked = judge(row, known);
      const verdict = asked === 'ask-image' ? 'foreign' : asked;
      const [alive, detail] = await Promise.all([
        row.state === 'running' ? liveness.isAlive(cx.host, store, row) : false,
        needsDetail(verdict, row) ? client.container(row.name) : undefined,
      ]);
      return { row, verdict, record: cx.ledger.containers[row.name], alive, detail };
    }),
  );
}
