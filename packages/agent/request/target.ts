import type { Desired, SlotKey } from '@reconcile/core';
import { nearest } from '@reconcile/spec/toml';
import { fail } from '../errors.ts';

/** Slots of what runs here, by kind, sorted. */
function slotsOf(desired: Desired, kind: 'container' | 'job'): SlotKey[] {
  const slots = Object.values(desired.resources).flatMap((resource) => (resource.kind === kind ? [resource.slot] : []));
  return [...new Set(slots)].sort();
}

/** Jobs that this node can run: `mcr/migrate`. */
export function jobNames(desired: Desired): SlotKey[] {
  return slotsOf(desired, 'job');
}

/**
 * What a restart may name: a service, a component or one replica, if it runs here and is active. @throws REQUEST_UNKNOWN
 * REQUEST_INACTIVE
 */
export function requestTarget(desired: Desired, name: string, verb: 'restart' | 'retry'): string {
  const [service = ''] = name.split('/');
  const slots = [...slotsOf(desired, 'container'), ...(verb === 'retry' ? jobNames(desired) : [])];
  const isThere = slots.some((slot) => slot === name || slot.startsWith(`${name}/`));
  // A service whose every component is refused has no slot, and can still be retried.
  if (!isThere && !(verb === 'retry' && desired.services[name] !== undefined))
    throw unknown(desired, name, { verb, slots });
  if (verb === 'restart' && desired.services[service]?.active === false) {
    throw fail('REQUEST_INACTIVE', {
      message: `restart ${name}`,
      key: name,
      wanted: 'a service that is to run',
      actual: `${service} is stopped: active = false in its definition`,
      hint: `reconcile start ${service}`,
    });
  }
  return name;
}

/** A job by its name. @throws REQUEST_UNKNOWN */
export function jobTarget(desired: Desired, name: string): SlotKey {
  const jobs = jobNames(desired);
  if (!jobs.includes(name)) throw unknown(desired, name, { verb: 'run', slots: jobs });
  return name;
}

function unknown(desired: Desired, name: string, of: { verb: string; slots: readonly SlotKey[] }): Error {
  const { slots, verb } = of;
  const services = verb === 'run' ? [] : Object.keys(desired.services);
  const known = [...new Set([...services, ...slots])].sort();
  const absent = desired.absences.find((absence) => absence.service === name.split('/')[0]);
  const where = absent?.node === undefined ? absent?.why : `${absent.why}, on ${absent.node}`;
  const near = nearest(name, known);
  return fail('REQUEST_UNKNOWN', {
    message: `${verb} ${name} on ${desired.node}`,
    key: name,
    wanted:
      known.length === 0
        ? `a ${verb === 'run' ? 'job' : 'service'}; none is declared here`
        : `one of ${known.join(', ')}`,
    actual: where ?? 'not declared',
    hint: near === undefined ? 'reconcile ps' : `did you mean: reconcile ${verb} ${near}`,
  });
}
