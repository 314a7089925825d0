import { lastStage, planStages, type StagePlan } from '../../compile/stages.ts';
import type { Path } from '../path.ts';
import type { ParsedService } from '../service.ts';
import { nearest } from '../suggest.ts';
import type { Parsed } from './snapshot.ts';

/** What waits for what: names exist, nothing waits for a later stage, nothing in a circle. */
export function checkOrder(parsed: Parsed): void {
  checkSequence(parsed);
  const byName = new Map(parsed.services.map((service) => [service.definition.name, service]));
  const definitions = parsed.services.map((service) => service.definition);
  const stages = planStages(parsed.fleet.definition, definitions);
  for (const service of parsed.services) {
    checkStage(service, parsed);
    checkDependencies(service, { byName, stages, names: parsed.names });
    checkAfter(service);
  }
  serviceCircles(parsed);
}

/** A listed service without a definition is a warning: it may come later, and nothing waits for it. */
function checkSequence({ fleet, names }: Parsed): void {
  for (const { value: stage, path } of fleet.stages) {
    for (const [i, name] of stage.services.entries()) {
      if (names.has(name)) continue;
      const near = nearest(name, [...names]);
      fleet.report.warn('UnknownService', [...path, 'services', i], {
        message: `stage "${stage.name}" lists "${name}", which nobody defines`,
        ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
      });
    }
  }
}

function checkStage({ definition, report }: ParsedService, { fleet }: Parsed): void {
  const { stage } = definition;
  if (stage === null || fleet.report.hasErrors) return;
  const known = [...fleet.definition.stages.map((each) => each.name), lastStage(fleet.definition)];
  if (known.includes(stage)) return;
  const near = nearest(stage, known);
  report.error('UnknownStage', ['stage'], {
    message: `fleet.toml has no stage "${stage}"`,
    hint: near === undefined ? `stages are ${known.join(', ')}` : `did you mean "${near}"?`,
  });
}

interface Known {
  readonly byName: ReadonlyMap<string, ParsedService>;
  readonly stages: StagePlan;
  readonly names: ReadonlySet<string>;
}

function checkDependencies(service: ParsedService, { byName, stages, names }: Known): void {
  const { definition, report } = service;
  const own = stages.of(definition);
  for (const [i, name] of definition.dependsOn.entries()) {
    const path = ['depends_on', i];
    if (name === definition.name) {
      report.error('Cycle', path, {
        message: 'a service cannot depend on itself',
        hint: 'order among its components is `after`',
      });
      continue;
    }
    if (!names.has(name)) {
      const near = nearest(name, [...names]);
      report.error('UnknownService', path, {
        message: `nobody defines a service "${name}"`,
        ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
      });
      continue;
    }
    const other = byName.get(name);
    if (other === undefined || isApart(service, other)) continue;
    const stage = stages.of(other.definition);
    if (own !== undefined && stage !== undefined && stage > own) {
      report.error('LaterStage', path, {
        message: `"${name}" is in stage "${stages.stages[stage]?.name}", which comes after "${stages.stages[own]?.name}"`,
        hint: `move one of them: stages are waited for in order`,
      });
    }
    if (definition.active && !other.definition.active) {
      report.warn('Dependency', path, `"${name}" has active = false: nothing waits for it`);
    }
  }
}

/** Pinned to different nodes: shown, never waited for. */
function isApart(a: ParsedService, b: ParsedService): boolean {
  return a.definition.node !== null && b.definition.node !== null && a.definition.node !== b.definition.node;
}

/** `after` names components of the same service; a job cannot run before what it waits for. */
function checkAfter(service: ParsedService): void {
  const { report, definition } = service;
  const names = definition.components.map((component) => component.name);
  const known = (list: readonly string[], path: Path) => {
    for (const [i, name] of list.entries()) {
      if (names.includes(name)) continue;
      const near = nearest(name, names);
      report.error('UnknownComponent', [...path, 'after', i], {
        message: `there is no component "${name}" in this service`,
        hint:
          near === undefined
            ? `components are ${names.join(', ')}; another service goes into depends_on`
            : `did you mean "${near}"?`,
      });
    }
  };
  for (const { definition: component, place } of service.components) known(component.after, place.path);
  for (const { value: job, path } of service.jobs) {
    known(job.after, path);
    const before = job.when === 'before-start' || job.when === 'before-update';
    if (before && job.same !== null && job.after.includes(job.same)) {
      report.error('Cycle', [...path, 'after'], `the job runs before "${job.same}", so it cannot wait for it`);
    }
  }
  const edges = new Map(service.components.map(({ definition: component }) => [component.name, component.after]));
  for (const circle of circles(edges)) {
    const at = service.components.find((component) => component.definition.name === circle[0]);
    report.error(
      'Cycle',
      [...(at?.place.path ?? []), 'after'],
      `components wait for each other: ${[...circle, circle[0]].join(' → ')}`,
    );
  }
}

function serviceCircles({ services }: Parsed): void {
  const byName = new Map(services.map((service) => [service.definition.name, service]));
  const edges = new Map(
    services.map(({ definition: { name, dependsOn } }) => [name, dependsOn.filter((other) => other !== name)]),
  );
  for (const circle of circles(edges)) {
    byName
      .get(circle[0] ?? '')
      ?.report.error('Cycle', ['depends_on'], `services wait for each other: ${[...circle, circle[0]].join(' → ')}`);
  }
}

/** Each circle once, beginning with its first name in order. Iterative: ten thousand names in a row are no problem. */
export function circles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  for (const start of [...edges.keys()].sort()) {
    const trail: string[] = [];
    const on = new Map<string, number>();
    const stack: { readonly name: string; next: number }[] = [{ name: start, next: 0 }];
    while (stack.length > 0) {
      const top = stack.at(-1);
      if (top === undefined) break;
      if (top.next === 0) {
        if (done.has(top.name)) {
          stack.pop();
          continue;
        }
        on.set(top.name, trail.length);
        trail.push(top.name);
      }
      const to = (edges.get(top.name) ?? [])[top.next++];
      if (to === undefined) {
        done.add(top.name);
        on.delete(top.name);
        trail.pop();
        stack.pop();
      } else if (on.has(to)) {
        found.push(rotated(trail.slice(on.get(to))));
      } else if (!done.has(to) && edges.has(to)) {
        stack.push({ name: to, next: 0 });
      }
    }
  }
  return found;
}

function rotated(circle: readonly string[]): string[] {
  const least = circle.indexOf([...circle].sort()[0] ?? '');
  return [...circle.slice(least), ...circle.slice(0, least)];
}
