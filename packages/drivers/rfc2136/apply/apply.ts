import { type Action, type ApplyContext, type Json, sameJson } from '@reconcile/core';
import {
  emptySet,
  isOurs,
  markName,
  type RecordArgs,
  type RecordMark,
  type RecordSpec,
  recordProblem,
  recordValues,
} from '@reconcile/core/kinds/record';
import type { Host } from '@reconcile/host';
import { fail } from '../errors.ts';
import { type Asked, askSigned } from '../observe/ask.ts';
import { readKey } from '../observe/key.ts';
import type { Rfc2136Settings } from '../observe/settings.ts';
import { type ZoneSet, zoneSets } from '../observe/zone.ts';
import { classes, type ResourceRecord, rcodeText, type TsigKey, types } from '../wire/index.ts';
import { deleteMessage, probeMessage, putMessage } from './update.ts';

/** One action with all it needs. */
interface Write {
  readonly cx: ApplyContext<Host>;
  readonly action: Action;
  readonly spec: RecordSpec;
  readonly settings: Rfc2136Settings;
  readonly key: TsigKey;
}

/**
 * Compare and swap: what is there is read, must be what the plan saw or what is wanted, and is replaced in one message that the
 * server takes only if it still is so. Done already: nothing is sent, so that the serial stays.
 */
export async function applyRfc2136(
  cx: ApplyContext<Host>,
  action: Action,
  settings: Rfc2136Settings,
): Promise<undefined> {
  const { spec, was } = action.args as unknown as RecordArgs;
  if (cx.signal.aborted) throw fail('RFC2136_CANCELLED', { message: action.id, key: action.key });
  refuse(action, spec, settings);
  const write: Write = { cx, action, spec, settings, key: await readKey(cx.host, settings.keyFile) };
  switch (action.verb) {
    case 'create':
    case 'update':
      await put(write, was);
      return undefined;
    case 'delete': {
      const found = await read(write);
      if (found.records.length === 0 && found.marks.length === 0) return undefined;
      expectSeen(write, found, was);
      await send(write, deleteMessage(settings.zone, found));
      return undefined;
    }
    default:
      throw fail('RFC2136_VERB', { message: `${action.verb} ${action.key}` });
  }
}

async function put(write: Write, was: readonly string[]): Promise<void> {
  const { cx, action, spec, settings } = write;
  const mark: RecordMark = { fleet: cx.fleet, node: cx.node, services: action.services, routes: spec.routes };
  const message = (found: ZoneSet) => putMessage(spec, mark, { was: found, ttl: settings.ttl });
  if (action.verb === 'create') {
    // One exchange where nothing is in the way; the server looks.
    const rcode = await exchange(write, message(emptySet(spec.type, spec.hostname)));
    if (!isChanged(rcode)) return accept(write, rcode);
  }
  const found = await read(write);
  const isDone = sameJson([...found.values], recordValues(spec)) && sameJson(jsonOf(found.mark), jsonOf(sorted(mark)));
  if (isDone) return;
  expectSeen(write, found, was);
  await send(write, message(found));
}

function jsonOf(mark: RecordMark | undefined): Json {
  return (mark ?? null) as unknown as Json;
}

/** As reading a mark gives it back. */
function sorted(mark: RecordMark): RecordMark {
  return { ...mark, services: [...mark.services].sort(), routes: [...mark.routes].sort() };
}

function refuse({ id, key, verb }: Action, spec: RecordSpec, { zone }: Rfc2136Settings): void {
  const problem = verb === 'delete' ? undefined : recordProblem(spec);
  if (problem !== undefined) throw fail('RFC2136_RECORD', { message: id, key, actual: problem });
  if (spec.zone !== zone)
    throw fail('RFC2136_RECORD', { message: id, key, wanted: `a name in ${zone}`, actual: spec.zone });
}

/**
 * Record and mark as the primary has them now. Where a wildcard stands, a question about nothing is answered from it
 * (RFC 4592); a prerequisite is not, so that one is asked first. If either is there, the other is not made up: below and above a
 * name that exists no wildcard of the zone answers.
 */
async function read(write: Write): Promise<ZoneSet> {
  const { cx, spec, settings, key } = write;
  const { type, hostname } = spec;
  const there = await exchange(write, probeMessage(settings.zone, spec));
  if (!isChanged(there)) {
    accept(write, there);
    return emptySet(spec.type, spec.hostname);
  }
  const ask = async (name: string, asked: number): Promise<readonly ResourceRecord[]> => {
    const questions = [{ name, type: asked, class: classes.IN }];
    const [answer] = await askSigned({ host: cx.host, signal: cx.signal, settings, key }, { questions });
    // NXDOMAIN is an answer like any other: there is nothing.
    if (answer === undefined || (answer.rcode !== 0 && answer.rcode !== 3)) {
      throw fail('RFC2136_FAILED', { message: `ask for ${name}`, actual: rcodeText(answer?.rcode ?? 2) });
    }
    return answer.answers.filter((record) => record.name === name && record.type === asked);
  };
  const found = await Promise.all([ask(hostname, types[type]), ask(markName(type, hostname), types.TXT)]);
  const set = zoneSets(found.flat()).get(`${type} ${hostname}`);
  return set ?? emptySet(spec.type, spec.hostname);
}

/** Ours, and as the plan saw it; nothing at all is fine too. */
function expectSeen({ cx, action, spec }: Write, found: ZoneSet, was: readonly string[]): void {
  const { id, key } = action;
  const isThere = found.records.length > 0 || found.marks.length > 0;
  if (isThere && !isOurs(found.mark, cx)) {
    throw fail('RFC2136_NOT_OURS', {
      message: id,
      key,
      actual: `${spec.hostname} has ${spec.type} ${found.values.join(', ')} without our mark`,
      hint: `remove it there, or add our mark at ${markName(spec.type, spec.hostname)}`,
    });
  }
  if (sameJson([...found.values], [...was].sort())) return;
  throw fail('RFC2136_CHANGED', {
    message: id,
    key,
    wanted: was.join(', ') || 'nothing',
    actual: found.values.join(', ') || 'nothing',
  });
}

async function send(write: Write, message: Asked): Promise<void> {
  accept(write, await exchange(write, message));
}

async function exchange({ cx, settings, key }: Write, message: Asked): Promise<number> {
  const [answer] = await askSigned({ host: cx.host, signal: cx.signal, settings, key }, message);
  return answer?.rcode ?? 2;
}

/** YXDOMAIN, YXRRSET, NXRRSET: a prerequisite does not hold. */
function isChanged(rcode: number): boolean {
  return rcode >= 6 && rcode <= 8;
}

function accept({ action, settings, key }: Write, rcode: number): void {
  if (rcode === 0) return;
  const told = { message: action.id, key: action.key, actual: rcodeText(rcode) };
  if (isChanged(rcode)) throw fail('RFC2136_CHANGED', told);
  // NOTIMP, REFUSED, NOTAUTH, NOTZONE: only somebody at the server can help.
  if ([4, 5, 9, 10].includes(rcode))
    throw fail('RFC2136_REFUSED', { ...told, wanted: `updates of ${settings.zone} allowed to the key ${key.name}` });
  throw fail('RFC2136_FAILED', told);
}
