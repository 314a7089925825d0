import type { ResourceKey } from '@reconcile/core';
import type { CertificateState } from '@reconcile/core/kinds/certificate';
import type { RecordSpec, RecordState } from '@reconcile/core/kinds/record';
import { certificateOf, type RouteSpec, type RouteState } from '@reconcile/core/kinds/route';
import { duration, type RouteStatus } from '@reconcile/core/render';
import { routeAddress } from './reached.ts';
import type { Scene } from './scene.ts';
import { changeText, rootOf, waitText } from './words.ts';

/** A service's routes: where each leads, and what its certificate and its name are worth. */
export function routeStatuses(scene: Scene, service: string): RouteStatus[] {
  return Object.values(scene.desired.resources)
    .filter((resource) => resource.kind === 'route' && resource.services.includes(service))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map((resource) => routeStatus(scene, resource.key, resource.spec as unknown as RouteSpec));
}

function routeStatus(scene: Scene, key: ResourceKey, spec: RouteSpec): RouteStatus {
  const seen = scene.observed.resources[key]?.state as unknown as RouteState | undefined;
  const scheme = spec.mode === 'l4' ? 'tcp' : spec.tls ? 'https' : 'http';
  const remote = spec.remote === null ? [] : [`${spec.remote.address}:${spec.remote.port}`];
  return {
    key,
    url: `${scheme}://${routeAddress(spec)}`,
    to: seen?.targets ?? remote,
    ...stateOf(scene, key, seen),
    certificate: spec.mode === 'l7' && spec.tls ? certificateText(scene, certificateOf(spec) || spec.hostname) : '',
    record: recordText(scene, key),
  };
}

function stateOf(scene: Scene, key: ResourceKey, seen: RouteState | undefined): { state: string; isWell: boolean } {
  const not = scene.unmanaged.get(key);
  if (not !== undefined) return { state: `unmanaged: ${not.why}`, isWell: false };
  const wait = scene.plan.waiting.find((one) => one.key === key);
  if (wait !== undefined) {
    const why = waitText(rootOf(scene.plan.waiting, wait), scene.now);
    return { state: `${seen?.parked === true ? 'parked, requests wait' : 'waits'}: ${why}`, isWell: false };
  }
  const change = scene.plan.changes.find((one) => one.key === key);
  if (seen?.parked === true) return { state: 'parked: requests wait', isWell: false };
  if (change !== undefined) return { state: changeText(change), isWell: false };
  return seen === undefined ? { state: 'not served', isWell: false } : { state: 'served', isWell: true };
}

/** `61 d`, or that nothing here makes one. */
function certificateText(scene: Scene, name: string): string {
  const key: ResourceKey = `certificate/${name}`;
  const seen = scene.observed.resources[key]?.state as unknown as CertificateState | undefined;
  if (seen !== undefined) return `${duration(seen.notAfter - scene.now)} left`;
  return scene.unmanaged.has(key) ? 'unmanaged' : 'none yet';
}

function recordText(scene: Scene, route: ResourceKey): string {
  const found = Object.values(scene.desired.resources).flatMap((resource) => {
    if (resource.kind !== 'record') return [];
    const spec = resource.spec as unknown as RecordSpec;
    if (!spec.routes.includes(route)) return [];
    const seen = scene.observed.resources[resource.key];
    const state = seen?.state as unknown as RecordState | undefined;
    if (state?.unread !== undefined) return [`${spec.type} ${spec.value}, unread`];
    if (state !== undefined)
      return [`${spec.type} ${state.values.join(' ')}${seen?.owner === 'foreign' ? ', not ours' : ''}`];
    return [scene.unmanaged.has(resource.key) ? 'unmanaged' : `${spec.type} ${spec.value}, not yet`];
  });
  return found.join(', ');
}
