import type { ContainerCare } from '@reconcile/core/kinds/container';
import { type Check, duration } from '@reconcile/core/render';
import { routesTo } from '../standing/reached.ts';
import { routeStatuses } from '../standing/routes.ts';
import { probeText } from '../standing/service.ts';
import { type Case, serviceOf, when } from './case.ts';

/** What its probe asks, what it said last, and what it says now. */
export function healthCheck(of: Case): Check | undefined {
  const { facts, seen, wanted } = of;
  if (wanted?.kind !== 'container' || wanted.active === false) return undefined;
  const { health, update } = wanted.care as unknown as ContainerCare;
  const asks = `${probeText(health)} every ${duration(health.intervalMs)}, at most ${duration(health.timeoutMs)}; a new version has ${duration(update.deadlineMs)}`;
  const isUp = seen?.state.phase === 'running' && seen.state.alive;
  if (!isUp) return { gate: 'health', verdict: 'info', text: asks, details: lastNote(of) };
  const now =
    facts.probe === undefined
      ? `${health.type} is not asked by looking alone`
      : `now: ${facts.probe.message} (${duration(facts.probe.durationMs)})`;
  const isBad = facts.probe?.healthy === false || seen.health === 'unhealthy';
  const verdict = isBad ? 'no' : facts.probe?.healthy === true || seen.health === 'healthy' ? 'ok' : 'wait';
  return isBad
    ? { gate: 'health', verdict, text: now, details: [asks, ...lastNote(of)] }
    : { gate: 'health', verdict, text: `${asks}; ${now}`, details: seen.health === 'healthy' ? [] : lastNote(of) };
}

/** Since when; what was said then stands with its tries. */
function lastNote(of: Case): string[] {
  const [last] = of.facts.healthNotes;
  return last === undefined ? ['never probed before'] : [`${last.state} since ${when(of, last.at)}`];
}

/** Each of its routes: served, or why not. */
export function routeChecks(of: Case): Check[] {
  const own = new Set(routesTo(of.scene, of.slot).map(({ key }) => key));
  if (own.size === 0) return [];
  return routeStatuses(of.scene, serviceOf(of))
    .filter(({ key }) => own.has(key))
    .map((route): Check => {
      const isUnmanaged = of.scene.unmanaged.has(route.key);
      const by = route.isWell && route.to.length > 0 ? ` by ${route.to.join(' ')}` : '';
      const text = `${route.url} ${route.state}${by}`;
      return { gate: 'route', verdict: route.isWell ? 'ok' : isUnmanaged ? 'info' : 'wait', text };
    });
}
