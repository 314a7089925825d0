import type { Instant } from '@reconcile/core';

/** What an incident is about. */
export type IncidentKind = 'service' | 'job' | 'hold' | 'certificate' | 'source' | 'stage' | 'disk' | 'node';

/** Something a person should know of, as one look shows it. */
export interface Trouble {
  /** One incident at a time is about it: a slot, `hold/<id>`, `certificate/<name>` … */
  readonly subject: string;
  readonly kind: IncidentKind;
  /** How bad it is: within one incident each step is told once. */
  readonly step: string;
  /** `web was rolled back`. */
  readonly title: string;
  readonly cause: string;
  /** What serves now. */
  readonly serves: string;
  /** The next command; '' when there is none. */
  readonly next: string;
  /** It is told once it has lasted so long, ms. */
  readonly settleMs: number;
}

/** A trouble from its first sight until it was away for long enough. */
export interface Incident {
  readonly since: Instant;
  /** Steps that were told; empty: none yet. */
  readonly told: readonly string[];
  /** The last one that was told, for the message that it is over. */
  readonly last?: Pick<Trouble, 'kind' | 'title' | 'next'>;
  /** Not seen any more since. */
  readonly goneAt?: Instant;
}

/** What one message says; the default body is this as JSON, and a template may name each field. */
export interface Message {
  /** The same however often it is sent. */
  readonly id: string;
  /** Of all messages of one incident. */
  readonly incident: string;
  readonly state: 'open' | 'over';
  readonly node: string;
  readonly fleet: string;
  readonly kind: IncidentKind;
  readonly subject: string;
  readonly title: string;
  readonly cause: string;
  readonly serves: string;
  readonly next: string;
  /** RFC 3339: when it began, and when this was written. */
  readonly since: string;
  readonly at: string;
  /** All of it as lines. */
  readonly text: string;
}

export interface Waiting {
  readonly message: Message;
  readonly at: Instant;
  /** Times it was tried: from the first on it may have arrived. */
  readonly tries: number;
}

/** What is open and what waits to be sent; kept in the registry, so that a restart tells nothing twice. */
export interface Book {
  readonly incidents: Readonly<Record<string, Incident>>;
  readonly outbox: readonly Waiting[];
  /** When messages were sent, as far back as the rate counts. */
  readonly sent: readonly Instant[];
}

export const emptyBook: Book = { incidents: {}, outbox: [], sent: [] };
