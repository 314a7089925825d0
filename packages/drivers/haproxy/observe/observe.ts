import type { Json, ObservedResource, Observer, ResourceKey } from '@reconcile/core';
import { bindClaim, type ListenerState } from '@reconcile/core/kinds/listener';
import { certificateOf, type RouteState, routeReferences } from '@reconcile/core/kinds/route';
import type { ReadHost } from '@reconcile/host';
import type { ListenerRecord, RouteRecord } from '../record/manifest.ts';
import { formatAddress, frontendName, mapKey, mapName, plainBind } from '../record/names.ts';
import { parkAddress } from '../record/servers.ts';
import type { HaproxySettings } from '../settings/settings.ts';
import { type Delta, deltaOf, openBinds } from './delta.ts';
import { fileDrift } from './files.ts';
import { foreignRoutes } from './foreign.ts';
import { look, noteName, type Sight } from './look.ts';

export const haproxyKinds = ['listener', 'route'] as const;

/** The reading half: what the running proxy serves, told apart from what we recorded. */
export function haproxyObserver(settings: HaproxySettings): Observer<ReadHost> {
  return {
    name: 'haproxy',
    serves: haproxyKinds,
    async observe(cx) {
      const sight = await look(cx.host, settings, { note: cx.ledger.notes[noteName] });
      if (sight.record === undefined && sight.state === 'running') {
        cx.log.warn('haproxy record lost, read back from what runs', { dir: settings.dir });
      }
      const resources = [...resourcesOf(sight), ...(await foreignRoutes(cx, settings, sight))];
      return { resources, notes: { [noteName]: sight.note } };
    },
  };
}

function resourcesOf(sight: Sight): ObservedResource[] {
  const { manifest, rendered, running } = sight;
  const drift = fileDrift(manifest, rendered, sight.files);
  const delta = running === undefined ? undefined : deltaOf(manifest, rendered, running);
  const listeners = Object.entries(manifest.listeners).map(([port, record]) => {
    const drifted = sight.record === undefined || drift.listeners.has(port) || delta?.listeners.has(port) === true;
    return listenerResource(record, listenerState(record, sight, drifted));
  });
  const routes = Object.entries(manifest.routes).map(([key, record]) => {
    const drifted = sight.record === undefined || isDrifted(key as ResourceKey, drift.routes, delta);
    return routeResource(key as ResourceKey, record, routeState(record, sight, drifted));
  });
  return [...listeners, ...routes];
}

/** A proxy that does not run serves nothing of what we recorded. */
function isDrifted(key: ResourceKey, edited: ReadonlySet<ResourceKey>, delta: Delta | undefined): boolean {
  return delta === undefined || delta.routes.has(key) || edited.has(key);
}

function listenerState({ spec }: ListenerRecord, { running }: Sight, drifted: boolean): ListenerState {
  const frontend = running?.frontends.get(frontendName(spec.port));
  const open = frontend?.isOpen === true ? openBinds(frontend.binds) : [];
  const isAsRecorded = [...new Set(spec.binds.map(plainBind))].sort().join() === open.join();
  const tls = frontend === undefined ? spec.tls : frontend.mode === 'tcp';
  return {
    binds: isAsRecorded ? spec.binds : open,
    tls,
    ...(spec.edges === undefined ? {} : { edges: spec.edges }),
    ...(drifted ? { drifted } : {}),
  };
}

function routeState(record: RouteRecord, { files, manifest, running }: Sight, drifted: boolean): RouteState {
  const parked = record.parked.length > 0;
  const stale = isStale(record, { manifest, files });
  if (!drifted || running === undefined) return { targets: record.targets, parked, drifted, ...stale };
  const entries = running.maps.get(mapName(record.spec));
  const backend = entries?.find(([name]) => name === mapKey(record.spec))?.[1] ?? '';
  const ready = [...(running.backends.get(backend)?.values() ?? [])].filter((server) => server.isReady);
  const seen = ready.map(({ address }) => formatAddress(address)).filter((one) => one !== formatAddress(parkAddress));
  return { targets: parked ? record.targets : seen.sort(), parked, drifted, ...stale };
}

/** The store has another one than we hold. One that is gone from there is its issuer's to bring back; ours serves on. */
function isStale({ spec }: RouteRecord, { files, manifest }: Pick<Sight, 'files' | 'manifest'>) {
  const name = certificateOf(spec);
  const made = name === '' ? undefined : files.pems[name]?.store?.sha1;
  return made !== undefined && made !== manifest.certificates[name] ? { staleCertificate: true } : {};
}

function listenerResource({ services, spec }: ListenerRecord, state: ListenerState): ObservedResource {
  const key: ResourceKey = `listener/${spec.port}`;
  return {
    key,
    kind: 'listener',
    slot: key,
    services,
    owner: 'managed',
    spec: spec as unknown as Json,
    schema: 1,
    state: state as unknown as Json,
    health: 'none',
    references: [],
    claims: spec.binds.map(bindClaim),
  };
}

function routeResource(key: ResourceKey, record: RouteRecord, state: RouteState): ObservedResource {
  return {
    key,
    kind: 'route',
    slot: key,
    services: record.services,
    owner: 'managed',
    spec: record.spec as unknown as Json,
    specHash: record.specHash,
    schema: record.schema,
    state: state as unknown as Json,
    health: 'none',
    references: routeReferences(record.spec),
    claims: [],
  };
}
