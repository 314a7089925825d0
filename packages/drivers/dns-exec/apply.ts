import { type Action, type ApplyContext, sameJson } from '@reconcile/core';
import {
  isOurs,
  markText,
  parseMark,
  type RecordArgs,
  recordProblem,
  recordValues,
} from '@reconcile/core/kinds/record';
import type { Host } from '@reconcile/host';
import { fail } from './errors.ts';
import { callScript } from './observe/call.ts';
import { listZone } from './observe/observe.ts';
import { type ListedRecord, parseDone, type Request } from './observe/protocol.ts';
import type { DnsExecSettings } from './observe/settings.ts';

/** List, compare, and one call that says what it replaces. Done already: the script is not asked to write. */
export async function applyDnsExec(
  cx: ApplyContext<Host>,
  action: Action,
  settings: DnsExecSettings,
): Promise<undefined> {
  const { spec, was } = action.args as unknown as RecordArgs;
  const { id, key, verb } = action;
  if (cx.signal.aborted) throw fail('DNS_EXEC_CANCELLED', { message: id, key });
  if (verb !== 'create' && verb !== 'update' && verb !== 'delete') throw fail('DNS_EXEC_VERB', { message: id });
  const problem = verb === 'delete' ? undefined : recordProblem(spec);
  if (problem !== undefined || spec.zone !== settings.zone)
    throw fail('DNS_EXEC_RECORD', { message: id, key, actual: problem ?? `it is in ${spec.zone}` });
  const { type, hostname: name } = spec;
  const values = recordValues(spec);
  const listed = await listZone(cx.host, settings, cx.signal);
  const found = listed.find((one) => one.type === type && one.name === name);
  const mark = { fleet: cx.fleet, node: cx.node, services: action.services, routes: spec.routes };
  const owner = markText({ ...mark, services: [...mark.services].sort(), routes: [...mark.routes].sort() }, name);
  const isDone =
    verb === 'delete'
      ? found === undefined
      : found !== undefined && sameJson([...found.values].sort(), values) && found.owner === owner;
  if (isDone) return undefined;
  expectSeen(cx, action, { found, was });
  expectAlone(action, listed, { type, name });
  const seen = found === undefined ? null : { values: found.values, owner: found.owner };
  const head = { version: 1, zone: settings.zone, was: seen } as const;
  const request: Request =
    verb === 'delete'
      ? { ...head, verb, record: { type, name } }
      : { ...head, verb: 'put', record: { type, name, values, ttl: settings.ttl, owner } };
  const refusal = parseDone(await callScript(cx.host, settings, { request, signal: cx.signal }));
  if (refusal === undefined) return undefined;
  const codes = { changed: 'DNS_EXEC_CHANGED', refused: 'DNS_EXEC_REFUSED', failed: 'DNS_EXEC_FAILED' } as const;
  throw fail(codes[refusal.error], { message: id, key, actual: refusal.message });
}

function expectSeen(
  cx: ApplyContext<Host>,
  { id, key }: Action,
  { found, was }: { found: ListedRecord | undefined; was: readonly string[] },
): void {
  if (found !== undefined && !isOurs(found.owner === null ? undefined : parseMark(found.owner, found.name), cx)) {
    const actual = `${found.name} has ${found.type} ${found.values.join(', ')} without our mark`;
    throw fail('DNS_EXEC_NOT_OURS', { message: id, key, actual });
  }
  const actual = found?.values.join(', ') ?? '';
  if (actual === [...was].sort().join(', ')) return;
  throw fail('DNS_EXEC_CHANGED', {
    message: id,
    key,
    wanted: was.join(', ') || 'nothing',
    actual: actual || 'nothing',
  });
}

/** RFC 1034 3.6.2: a CNAME stands alone; not every provider looks. */
function expectAlone(
  { id, key, verb }: Action,
  listed: readonly ListedRecord[],
  of: Pick<ListedRecord, 'type' | 'name'>,
): void {
  if (verb === 'delete') return;
  const beside = listed.find(
    ({ type, name }) => name === of.name && type !== of.type && (type === 'CNAME' || of.type === 'CNAME'),
  );
  if (beside !== undefined)
    throw fail('DNS_EXEC_CHANGED', {
      message: id,
      key,
      actual: `${of.name} has ${beside.type} too, and a CNAME stands alone`,
    });
}
