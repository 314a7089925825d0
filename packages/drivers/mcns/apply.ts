import { type Action, type ApplyContext, sameJson } from '@reconcile/core';
import {
  emptySet,
  isOurs,
  markName,
  markText,
  type RecordArgs,
  recordProblem,
  recordValues,
} from '@reconcile/core/kinds/record';
import type { Host } from '@reconcile/host';
import { fail } from './errors.ts';
import { type Draft, McnsClient, type McnsRecord } from './observe/client.ts';
import type { McnsSettings } from './observe/settings.ts';
import { type ZoneSet, zoneSets } from './observe/zone.ts';

/**
 * MCNS changes one record a request, so a change has an order: the mark comes before the record and goes after it. Stopped in
 * between, what is there is ours without a value, and the next pass goes on.
 */
export async function applyMcns(cx: ApplyContext<Host>, action: Action, settings: McnsSettings): Promise<undefined> {
  const { spec, was } = action.args as unknown as RecordArgs;
  const { id, key, verb } = action;
  if (cx.signal.aborted) throw fail('MCNS_CANCELLED', { message: id, key });
  if (verb !== 'create' && verb !== 'update' && verb !== 'delete') throw fail('MCNS_VERB', { message: id });
  const problem = verb === 'delete' ? undefined : recordProblem(spec);
  if (problem !== undefined || spec.zone !== settings.zone)
    throw fail('MCNS_RECORD', { message: id, key, actual: problem ?? `it is in ${spec.zone}` });
  const client = new McnsClient(cx.host, settings, cx.signal);
  const { type, hostname } = spec;
  const values = recordValues(spec);
  const sets = zoneSets(await client.list());
  const found = sets.get(`${type} ${hostname}`) ?? emptySet(type, hostname);
  const { ttl } = settings;
  const mark = { fleet: cx.fleet, node: cx.node, services: action.services, routes: spec.routes };
  const text = markText({ ...mark, services: [...mark.services].sort(), routes: [...mark.routes].sort() }, hostname);
  if (verb === 'delete') {
    expectSeen(cx, action, { found, was });
    for (const one of [...found.records, ...found.marks]) await client.remove(one.id);
    return undefined;
  }
  const isDone = sameJson([...found.values], values) && found.marks[0]?.value === text && found.marks.length === 1;
  if (isDone) return undefined;
  expectSeen(cx, action, { found, was });
  await become(client, found.marks, { name: markName(type, hostname), type: 'TXT', values: [text], ttl });
  try {
    await become(client, found.records, { name: hostname, type, values, ttl });
  } catch (error) {
    // Somebody's record came in between: our mark must not stand beside it.
    if (found.records.length === 0 && found.marks.length === 0) await unmark(client, { type, hostname });
    throw error;
  }
  return undefined;
}

/** Records of one name with exactly these values, by as few changes as can be. */
async function become(
  client: McnsClient,
  there: readonly McnsRecord[],
  { values, ...wanted }: Omit<Draft, 'value'> & { readonly values: readonly string[] },
): Promise<void> {
  const kept = new Map(there.flatMap((one) => (values.includes(one.value) ? [[one.value, one] as const] : [])));
  const spare = there.filter((one) => kept.get(one.value) !== one);
  for (const value of values) {
    if (kept.has(value)) continue;
    const one = spare.shift();
    if (one === undefined) await client.add({ ...wanted, value });
    else await client.change(one.id, { ...wanted, value });
  }
  for (const one of spare) await client.remove(one.id);
}

async function unmark(client: McnsClient, { type, hostname }: Pick<ZoneSet, 'type' | 'hostname'>): Promise<void> {
  const marks = zoneSets(await client.list()).get(`${type} ${hostname}`)?.marks ?? [];
  for (const one of marks) await client.remove(one.id);
}

function expectSeen(
  cx: ApplyContext<Host>,
  { id, key }: Action,
  { found, was }: { found: ZoneSet; was: readonly string[] },
): void {
  const { hostname, marks, records, type, values } = found;
  const isThere = records.length + marks.length > 0;
  if (!isThere) return;
  if (!isOurs(found.mark, cx)) {
    const actual = `${hostname} has ${type} ${values.join(', ')} without our mark`;
    throw fail('MCNS_NOT_OURS', { message: id, key, actual });
  }
  if (sameJson([...values], [...was].sort())) return;
  throw fail('MCNS_CHANGED', {
    message: id,
    key,
    wanted: was.join(', ') || 'nothing',
    actual: values.join(', ') || 'nothing',
  });
}
