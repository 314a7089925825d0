import { aliases, networkOf, seats } from '../../compile/names.ts';
import type { Path } from '../path.ts';
import type { ParsedService } from '../service.ts';
import { elsewhere, type Parsed } from './snapshot.ts';

/** One service, one file; one base name, one component; one name, one network or volume. */
export function checkNames(parsed: Parsed): void {
  services(parsed);
  bases(parsed);
  objects(parsed, 'networks');
  objects(parsed, 'volumes');
}

function services(parsed: Parsed): void {
  const first = new Map<string, ParsedService>();
  for (const service of parsed.services) {
    const { name } = service.definition;
    const other = first.get(name);
    if (other === undefined) first.set(name, service);
    else
      service.report.error('DuplicateService', ['name'], {
        message: `service "${name}" is defined in ${other.report.file} too`,
        hint: 'one service has one file',
      });
  }
}

interface Holder {
  readonly service: ParsedService;
  readonly what: string;
}

/** `mcr-api` beside `mcr`'s `api`: containers, jobs and network names would be mixed up. */
function bases(parsed: Parsed): void {
  const held = new Map<string, Holder>();
  const claim = (name: string, holder: Holder, path: Path) => {
    const other = held.get(name);
    if (other === undefined) {
      held.set(name, holder);
    } else if (other.what !== holder.what) {
      const file = elsewhere(other.service.report.file, holder.service.report.file);
      holder.service.report.error('BaseClash', path, {
        message: `${holder.what} and ${other.what} (${file}) would both be called "${name}"`,
        at: 'key',
        hint: 'rename one of them',
      });
    }
  };
  for (const service of parsed.services) {
    const { definition } = service;
    for (const { definition: component, place } of service.components) {
      const what = `${definition.name}/${component.name}`;
      const network = networkOf(definition, component.network);
      const path = place.path.length === 0 ? ['name'] : place.path;
      for (const { base } of seats(definition, component)) {
        if (base.length > 54)
          service.report.error('WrongValue', path, {
            message: `the container's name "${base}-…" would be longer than 63 characters`,
            at: 'key',
          });
        const own = network === definition.name ? [component.name] : [];
        for (const name of aliases(definition, component.name, { base, network }))
          if (!own.includes(name) || name === base) claim(name, { service, what }, path);
      }
    }
    for (const { value: job, path } of service.jobs)
      claim(`${definition.name}-${job.name}`, { service, what: `${definition.name}/${job.name}` }, path);
  }
}

/** Two services may use one network or volume; only one of them should say what it is like. */
function objects(parsed: Parsed, key: 'networks' | 'volumes'): void {
  const first = new Map<string, { readonly text: string; readonly file: string }>();
  for (const service of parsed.services) {
    for (const { value, path } of service[key]) {
      const text = JSON.stringify(value);
      const other = first.get(value.name);
      if (other === undefined) {
        first.set(value.name, { text, file: service.report.file });
      } else if (other.text !== text) {
        service.report.error('Conflict', path, {
          message: `${key.slice(0, -1)} "${value.name}" is declared differently in ${elsewhere(other.file, service.report.file)}`,
          hint: 'declare it in one place',
        });
      }
    }
  }
}
