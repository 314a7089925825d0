import { noService } from '@reconcile/agent/subject';
import { fail } from '../errors.ts';

/** Verbs of definitions take whole services. @throws NO_SERVICE */
export function serviceOf(name: string, verb: string): string {
  const [service = '', ...rest] = name.split('/');
  if (rest.length === 0 && /^[^:]+$/.test(service)) return service;
  throw noService({
    message: `${verb} ${name}`,
    wanted: 'a whole service: its definition is one file',
    actual: name,
    hint: `reconcile ${verb} ${service.slice(service.indexOf(':') + 1)}`,
  });
}

export function fieldRefused(path: string, field: string, reason: string): Error {
  return fail('SET_FIELD', {
    message: `set ${field} in ${path}`,
    key: path,
    actual: reason,
    hint: `edit ${path}; reconcile schema service names every field`,
  });
}
