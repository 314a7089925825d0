import type { Action, Json, KindDefinition, Verb } from '@reconcile/core';
import { type RecordSpec, record, recordKey } from '@reconcile/core/kinds/record';

export const recordKinds = [record] as unknown as readonly KindDefinition[];

/** What a plan would ask of a DNS driver for one record. */
export function recordActions(given: Partial<RecordSpec> & Pick<RecordSpec, 'hostname' | 'zone' | 'driver'>) {
  const type = given.type ?? 'A';
  const value = given.value ?? (type === 'AAAA' ? '2001:db8::10' : '192.0.2.10');
  const spec: RecordSpec = { routes: [`route/443/${given.hostname}`], ...given, type, value };
  const key = recordKey(spec);
  const of = (verb: Verb, args: unknown): Action => ({
    id: `${key}#${verb}`,
    key,
    slot: key,
    services: ['api', 'web'],
    kind: 'record',
    verb,
    phase: verb === 'delete' ? 'retire' : 'make',
    needs: [],
    args: args as Json,
    risk: 'safe',
    reason: { code: 'Missing' },
    timeoutMs: 30_000,
  });
  return {
    key,
    spec,
    create: of('create', { spec, was: [] }),
    /** @param was What a plan saw before. */
    update: (next: Partial<RecordSpec>, was: readonly string[] = [value]) =>
      of('update', { spec: { ...spec, ...next }, was }),
    delete: (was: readonly string[] = [value]) => of('delete', { spec, was }),
  };
}

/** A life of addresses from nothing to nothing; `all`: with the types that a hosts file cannot have. */
export function recordScript(place: Pick<RecordSpec, 'zone' | 'driver'>, all = true): Action[] {
  const web = recordActions({ ...place, hostname: `web.${place.zone}` });
  const top = recordActions({ ...place, hostname: place.zone, routes: [] });
  const six = recordActions({
    ...place,
    hostname: `web.${place.zone}`,
    type: 'AAAA',
    routes: [`route/443/web.${place.zone}`, `route/8443/web.${place.zone}/a b`],
  });
  const alias = recordActions({ ...place, hostname: `www.${place.zone}`, type: 'CNAME', value: `web.${place.zone}` });
  const text = recordActions({
    ...place,
    hostname: `_note.${place.zone}`,
    type: 'TXT',
    value: 'a "quoted" \\ text; x',
  });
  return [
    web.create,
    top.create,
    six.create,
    ...(all ? [alias.create, text.create] : []),
    web.update({ value: '192.0.2.11' }),
    six.update({ value: '2001:db8::11', routes: [] }),
    ...(all
      ? [
          alias.update({ value: 'elsewhere.example.org' }),
          text.update({ value: 'x'.repeat(600) }),
          alias.delete(['elsewhere.example.org']),
          text.delete(['x'.repeat(600)]),
        ]
      : []),
    six.delete(['2001:db8::11']),
    top.delete(),
    web.delete(['192.0.2.11']),
  ];
}
