import type { JobDefinition, ServiceDefinition } from '../model/index.ts';
import type { Compilation } from './context.ts';
import { seats } from './names.ts';

/** A job that its components wait for. */
export function isBefore(job: JobDefinition): boolean {
  return job.when === 'before-start' || job.when === 'before-update';
}

/**
 * Components a job belongs to: the one it is the same as, those that run the same image, else all of the service; never
 * those it waits for itself, nor what those wait for.
 */
export function coveredBy(job: JobDefinition, service: ServiceDefinition): string[] {
  const waited = before(job.after, service);
  const free = service.components.filter((component) => !waited.has(component.name));
  if (job.same !== null)
    return free.filter((component) => component.name === job.same).map((component) => component.name);
  const alike = free.filter((component) => component.image === job.image);
  return (alike.length > 0 ? alike : free).map((component) => component.name);
}

/** Components and all that they come after. */
function before(names: readonly string[], service: ServiceDefinition): Set<string> {
  const found = new Set<string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    open.push(...(service.components.find((component) => component.name === name)?.after ?? []));
  }
  return found;
}

/** Slots that must be ready first: components of this service, and every one of the services it depends on that run here. */
export function slotsBefore(
  service: ServiceDefinition,
  after: readonly string[],
  { services, here }: Compilation,
): string[] {
  const slots: string[] = [];
  for (const name of service.dependsOn) {
    const other = services.get(name);
    if (other === undefined || !here.has(name) || !other.active) continue;
    for (const component of other.components) slots.push(...seats(other, component).map((seat) => seat.slot));
  }
  for (const name of after) {
    const component = service.components.find((each) => each.name === name);
    if (component !== undefined) slots.push(...seats(service, component).map((seat) => seat.slot));
  }
  return slots;
}
