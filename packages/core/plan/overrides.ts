import type { PlanInput } from '../model/contract.ts';
import { digest } from '../model/digest.ts';
import type { Override } from '../model/history.ts';
import type { Instant } from '../model/json.ts';
import type { Hold } from '../model/plan.ts';
import type { Desired, Resource } from '../model/resource.ts';
import type { Draft } from './draft.ts';
import type { World } from './world.ts';

/** Overrides that still hold, in a stable order. */
function current({ history, now }: PlanInput, verb: Override['verb']): readonly Override[] {
  return history.overrides.filter((one) => one.verb === verb && (one.until === undefined || one.until > now));
}

/** When one of them ends by itself. */
export function overridesEnd({ history, now }: PlanInput): Instant[] {
  return history.overrides.flatMap(({ until }) => (until === undefined || until <= now ? [] : [until]));
}

/**
 * Services that somebody stopped on this node alone are, for the plan, what `active = false` makes of them: their containers are
 * kept, stopped, and nothing else is there on their behalf.
 */
export function withLocalStops(input: PlanInput): PlanInput {
  const stopped = new Set(current(input, 'stop').map(({ target }) => target));
  if (stopped.size === 0) return input;
  const { desired } = input;
  const services = Object.fromEntries(
    Object.entries(desired.services).map(([name, service]) => [
      name,
      stopped.has(name) ? { ...service, active: false } : service,
    ]),
  );
  const resources: Record<string, Resource> = {};
  for (const [key, resource] of Object.entries(desired.resources)) {
    const isStopped = resource.services.length > 0 && resource.services.every((service) => stopped.has(service));
    if (!isStopped) resources[key] = resource;
    else if (resource.kind === 'container') resources[key] = { ...resource, active: false };
  }
  return { ...input, desired: { ...desired, services, resources: resources as Desired['resources'] } };
}

/**
 * One hold for each override, so that it is seen for as long as it lasts. A freeze keeps everything of its service, or of the
 * node, as it is.
 */
export function overridden(world: World): { hold: Hold; drafts: Set<Draft> }[] {
  const { input } = world;
  const stops = current(input, 'stop').map((one) => ({ hold: holdOf(input, one), drafts: new Set<Draft>() }));
  const freezes = current(input, 'freeze').map((one) => {
    const drafts = new Set<Draft>();
    for (const draft of world.drafts.values())
      if (one.target === '' || draft.services.includes(one.target)) drafts.add(draft);
    return { hold: holdOf(input, one), drafts };
  });
  return [...stops, ...freezes];
}

function holdOf({ desired }: PlanInput, override: Override): Hold {
  const { by, since, target, verb, why } = override;
  const services = target === '' ? Object.keys(desired.services).sort() : [target];
  const of = Object.values(desired.resources).filter(
    ({ kind, services: own }) => kind === 'container' && own.some((service) => services.includes(service)),
  );
  const reason = why === undefined || why === '' ? '' : `: ${why}`;
  return {
    id: `h${digest(`${verb} ${target} ${since}`).slice(0, 6)}`,
    code: verb === 'freeze' ? 'Frozen' : 'StoppedHere',
    keys: of.map(({ key }) => key).sort(),
    slots: [...new Set(of.map(({ slot }) => slot))].sort(),
    services,
    message: `${verb === 'freeze' ? 'frozen' : 'stopped on this node'} by ${by}${reason}`,
    data: [],
    confirmable: false,
  };
}
