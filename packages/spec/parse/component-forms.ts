import type { z } from 'zod';
import { componentSchema } from '../schema/component.ts';
import { componentName } from '../schema/scalars.ts';
import type { ServiceInput } from '../schema/service.ts';
import { checkTable, shown } from './check.ts';
import type { Path } from './path.ts';
import type { Place } from './report.ts';

/** A component where it stands, under its name. */
export interface Part {
  readonly name: string;
  readonly at: Place;
  readonly value: z.infer<typeof componentSchema>;
}

/** One component at the top level: it has the service's name. */
export function shortForm(raw: Readonly<Record<string, unknown>>, input: ServiceInput, place: Place): Part[] {
  const {
    name: _name,
    node: _node,
    tier: _tier,
    active: _active,
    path: _path,
    depends_on: _depends,
    stage: _stage,
    build: _build,
    ...rest
  } = input;
  const { components: _components, jobs: _jobs, networks: _networks, volumes, ...component } = rest;
  const mounts = isMounts(volumes) ? { volumes } : {};
  const value = checkTable(componentSchema, { ...component, ...mounts }, place);
  if (value !== undefined && raw.after !== undefined)
    place.report.error('UnknownComponent', ['after'], { message: 'there is no other component', at: 'key' });
  return value === undefined ? [] : [{ name: input.name, at: place, value: { ...value, after: [] } }];
}

/** `[[components]]` or `[components.<name>]`. */
export function longForm(input: ServiceInput, place: Place): Part[] {
  const { report } = place;
  const { components } = input;
  if (Array.isArray(components)) {
    if (components.length === 0)
      report.error('MissingKey', ['components'], { message: 'a service needs a component', at: 'key' });
    const parts = components.map((entry: unknown, i) => partOf(entry, { ...place, path: ['components', i] }));
    return unique(parts, { service: input.name, place });
  }
  if (typeof components !== 'object' || components === null) {
    report.error(
      'WrongType',
      ['components'],
      `expected [[components]] or [components.<name>], found ${shown(components)}`,
    );
    return [];
  }
  const parts = Object.entries(components).map(([name, entry]) => {
    const part = partOf(entry, { ...place, path: ['components', name] });
    if (part?.value.name === undefined || part.value.name === name)
      return part === undefined ? undefined : { ...part, name };
    report.error('BothForms', [...part.at.path, 'name'], {
      message: `the component is called "${name}" and "${part.value.name}"`,
      hint: 'leave `name` out',
    });
    return { ...part, name };
  });
  if (parts.length === 0)
    report.error('MissingKey', ['components'], { message: 'a service needs a component', at: 'key' });
  return unique(parts, { service: input.name, place });
}

function partOf(entry: unknown, at: Place): Part | undefined {
  const value = checkTable(componentSchema, entry, at);
  return value === undefined ? undefined : { name: value.name ?? '', at, value };
}

/**
 * Names every component, each once. An only one may leave its name out: it has the service's. One with a bad name gets a
 * stand-in, so that the rest of it is looked at all the same.
 */
function unique(parts: readonly (Part | undefined)[], of: { readonly service: string; readonly place: Place }): Part[] {
  const { report } = of.place;
  const seen = new Map<string, Path>();
  return parts.flatMap((part, i) => {
    if (part === undefined) return [];
    const name = part.name === '' && parts.length === 1 ? of.service : part.name;
    const first = seen.get(name);
    if (name === '') {
      report.error('MissingKey', [...part.at.path, 'name'], {
        message: '`name` is missing: with several components each needs one',
        at: 'key',
      });
    } else if (!isComponentName(name) && name !== of.service) {
      report.error('WrongValue', part.at.path, {
        message: `expected a component name of lower-case letters, digits and "-", found ${JSON.stringify(name)}`,
        at: 'key',
      });
    } else if (first !== undefined) {
      report.error('DuplicateName', [...part.at.path, 'name'], {
        message: `there are two components "${name}"`,
        hint: (lineOf) => `the other is in line ${lineOf(first) ?? '?'}`,
      });
    } else {
      seen.set(name, part.at.path);
      return [{ ...part, name }];
    }
    return [{ ...part, name: `unnamed-${i + 1}` }];
  });
}

function isComponentName(name: string): boolean {
  return componentName.safeParse(name).success;
}

/** `volumes` at the top level: texts are mounts of the only component, tables are `[[volumes]]`. */
export function isMounts(volumes: unknown): boolean {
  return Array.isArray(volumes) && volumes.some((entry) => typeof entry === 'string');
}
