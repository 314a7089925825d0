import type { Instant } from '@reconcile/core';
import { duration, harmless } from '@reconcile/core/render';
import type { Book, Incident, Message, Trouble, Waiting } from './model.ts';

/** An incident is over once its trouble was away for this long, ms: what comes and goes is one incident. */
export const quietMs = 60_000;
/** Most messages in that time, ms; the last place is for all that wait, in one. */
export const rate = { most: 20, withinMs: 600_000 } as const;
/** What nobody took for so long is dropped, ms. */
export const keptMs = 86_400_000;
const longestText = 1000;
const mostTitles = 50;

export interface Sight {
  readonly troubles: readonly Trouble[];
  /** false: the node was not looked at, so nothing is over for not being among them. */
  readonly isWhole: boolean;
  readonly node: string;
  readonly fleet: string;
  readonly now: Instant;
}

/** The book after a look: what began, got worse or is over is in the outbox. Pure; the same book where nothing happened. */
export function advance(book: Book, sight: Sight): Book {
  const incidents: Record<string, Incident> = {};
  let outbox = [...book.outbox];
  for (const trouble of sight.troubles) {
    const known: Incident = book.incidents[trouble.subject] ?? { since: sight.now, told: [] };
    const { goneAt: _back, ...incident } = known;
    const isDue = sight.now - incident.since >= trouble.settleMs && !incident.told.includes(trouble.step);
    if (isDue) outbox.push(waiting(openMessage(trouble, incident.since, sight), sight.now));
    const { kind, next, title } = trouble;
    incidents[trouble.subject] = isDue
      ? { ...incident, told: [...incident.told, trouble.step], last: { kind, next, title } }
      : incident;
  }
  for (const [subject, incident] of Object.entries(book.incidents)) {
    if (incidents[subject] !== undefined) continue;
    if (!sight.isWhole) incidents[subject] = incident;
    else if (incident.told.length > 0) {
      const goneAt = incident.goneAt ?? sight.now;
      if (sight.now - goneAt < quietMs) incidents[subject] = { ...incident, goneAt };
      else outbox = ended(outbox, overMessage(subject, incident, sight), sight.now);
    }
  }
  const after = { incidents, outbox, sent: book.sent };
  return JSON.stringify(after) === JSON.stringify(book) ? book : after;
}

/** What nobody has heard of yet need not be called off either. */
function ended(outbox: readonly Waiting[], over: Message, now: Instant): Waiting[] {
  const isOwn = ({ message }: Waiting) => message.incident === over.incident;
  const isUnheard = ({ tries }: Waiting) => tries === 0;
  const opened = outbox.filter(isOwn);
  const rest = outbox.filter((one) => !isOwn(one) || !isUnheard(one));
  return opened.length > 0 && opened.every(isUnheard) ? rest : [...rest, waiting(over, now)];
}

/** What is to be sent next: one message, or in the last place of the rate all that wait. */
export type Next =
  | { readonly send: Message; readonly of: readonly Waiting[] }
  | { readonly waitMs: number }
  | undefined;

export function nextOf({ outbox, sent }: Book, now: Instant): Next {
  const [first] = outbox;
  if (first === undefined) return undefined;
  const recent = sent.filter((at) => now - at < rate.withinMs);
  const [oldest = now] = recent;
  if (recent.length >= rate.most) return { waitMs: oldest + rate.withinMs - now };
  if (recent.length < rate.most - 1 || outbox.length === 1) return { send: first.message, of: [first] };
  return { send: digest(outbox), of: outbox };
}

/** The book once they were taken, or (`sentAt` absent) given up. */
export function without(book: Book, gone: readonly Waiting[], sentAt?: Instant): Book {
  const ids = new Set(gone.map(({ message }) => message.id));
  const outbox = book.outbox.filter(({ message }) => !ids.has(message.id));
  if (sentAt === undefined) return { ...book, outbox };
  return { ...book, outbox, sent: [...book.sent.filter((at) => sentAt - at < rate.withinMs), sentAt] };
}

/** The book with one more try of them. */
export function tried(book: Book, of: readonly Waiting[]): Book {
  const ids = new Set(of.map(({ message }) => message.id));
  const outbox = book.outbox.map((one) => (ids.has(one.message.id) ? { ...one, tries: one.tries + 1 } : one));
  return { ...book, outbox };
}

function waiting(message: Message, at: Instant): Waiting {
  return { message, at, tries: 0 };
}

function openMessage(trouble: Trouble, since: Instant, { fleet, node, now }: Sight): Message {
  const { cause, kind, next, serves, step, subject, title } = trouble;
  const incident = `${node}/${subject}@${since}`;
  return complete(
    { id: `${incident}/${step}`, incident, state: 'open', node, fleet, kind, subject, title, cause, serves, next },
    { since, now },
  );
}

function overMessage(subject: string, { goneAt, last, since }: Incident, { fleet, node, now }: Sight): Message {
  const incident = `${node}/${subject}@${since}`;
  return complete(
    {
      id: `${incident}/over`,
      incident,
      state: 'over',
      node,
      fleet,
      kind: last?.kind ?? 'node',
      subject,
      title: `${last?.title ?? subject}: over after ${duration((goneAt ?? now) - since)}`,
      cause: '',
      serves: '',
      next: '',
    },
    { since, now },
  );
}

function complete(
  of: Omit<Message, 'text' | 'since' | 'at'>,
  { now, since }: { readonly now: Instant; readonly since: Instant },
): Message {
  const plain = {
    ...of,
    title: short(of.title),
    cause: short(of.cause),
    serves: short(of.serves),
    next: short(of.next),
  };
  const { cause, next, node, serves, title } = plain;
  const lines = [`${node}: ${title}`, cause, serves, next === '' ? '' : `next: ${next}`];
  return {
    ...plain,
    since: new Date(since).toISOString(),
    at: new Date(now).toISOString(),
    text: lines.filter((line) => line !== '').join('\n'),
  };
}

/** Of the newest, with the titles of all. */
function digest(outbox: readonly Waiting[]): Message {
  const messages = outbox.map(({ message }) => message);
  const newest = messages.at(-1) as Message;
  const title = `${messages.length} messages in one`;
  const more = messages.length > mostTitles ? [`and ${messages.length - mostTitles} more`] : [];
  const cause = [...messages.slice(0, mostTitles).map((one) => one.title), ...more].join('\n');
  return {
    ...newest,
    id: `${newest.id}+${messages.length}`,
    state: messages.some(({ state }) => state === 'open') ? 'open' : 'over',
    kind: 'node',
    subject: 'node',
    title,
    cause,
    serves: '',
    next: 'reconcile status',
    text: `${newest.node}: ${title}\n${cause}\nnext: reconcile status`,
  };
}

function short(text: string): string {
  const plain = harmless(text);
  return plain.length <= longestText ? plain : `${plain.slice(0, longestText)} …`;
}
