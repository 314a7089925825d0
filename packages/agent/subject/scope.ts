import type { Desired, Plan } from '@reconcile/core';
import { narrow } from '@reconcile/core/plan';
import { fail } from './errors.ts';

export interface ScopeOptions {
  readonly service?: readonly string[];
  readonly stage?: readonly string[];
}

/** `-s` and `--stage` as a narrowing of plans; unknown names are errors, not empty plans. @throws NO_SERVICE NO_STAGE */
export function scopeOf(desired: Desired, options: ScopeOptions): (made: Plan) => Plan {
  const { service, stage } = options;
  if (service === undefined && stage === undefined) return (made) => made;
  for (const name of service ?? []) assertKnown(desired, name);
  const stages = stage?.map((name) => {
    const index = desired.stages.findIndex((known) => known.name === name);
    if (index < 0) {
      throw fail('NO_STAGE', {
        message: `look at stage ${name}`,
        wanted: desired.stages.map((known) => known.name).join(', '),
        actual: name,
      });
    }
    return index;
  });
  return (made) =>
    narrow(made, {
      ...(service === undefined ? {} : { services: service }),
      ...(stages === undefined ? {} : { stages }),
    });
}

/** A service, a component or a job by name: `mcr`, `mcr/api`, `mcr/migrate`. @throws NO_SERVICE */
export function assertKnown(desired: Desired, name: string): void {
  const slots = new Set(Object.values(desired.resources).map((resource) => resource.slot));
  const isKnown =
    desired.services[name] !== undefined || slots.has(name) || [...slots].some((slot) => slot.startsWith(`${name}/`));
  if (isKnown) return;
  const absent = desired.absences.find((absence) => absence.service === name);
  const known = Object.keys(desired.services).sort().join(', ');
  throw fail('NO_SERVICE', {
    message: `find ${name} on ${desired.node}`,
    wanted: known === '' ? 'a declared service' : `one of ${known}`,
    actual:
      absent === undefined
        ? 'not declared'
        : absent.node === undefined
          ? absent.why
          : `${absent.why}, on ${absent.node}`,
    hint: 'reconcile ps',
  });
}
