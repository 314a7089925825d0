import type {
  AgentEvent,
  AgentNews,
  AgentService,
  Caller,
  ExecInput,
  ExecOrder,
  ExecOutput,
  LogChunk,
  LogsQuery,
  Override,
  OverrideOrder,
  PassOrder,
  PassProgress,
  SlotHealth,
} from '@reconcile/agent/service';
import { noService } from '@reconcile/agent/subject';
import type { Plan } from '@reconcile/core';
import type { Recording } from './documents.ts';

/** Something that was asked of it, with who asked. */
export interface Asked {
  readonly what: string;
  readonly by: string;
  readonly order: unknown;
}

const bufferOfReader = 256;

/** An agent that tells what a real one said, and notes what it is asked to do instead of doing it. */
export class RecordedAgent implements AgentService {
  readonly asked: Asked[] = [];
  readonly run = 'recorded';
  recording: Recording;
  #seq = 0;
  readonly #readers = new Set<(event: AgentEvent) => void>();
  readonly #past: AgentEvent[] = [];

  constructor(recording: Recording) {
    this.recording = recording;
  }

  get readers(): number {
    return this.#readers.size;
  }

  /** Lets something happen. */
  emit(news: AgentNews): void {
    const event: AgentEvent = { seq: ++this.#seq, run: this.run, at: Date.now(), ...news };
    this.#past.push(event);
    if (this.#past.length > bufferOfReader) this.#past.shift();
    for (const tell of this.#readers) tell(event);
  }

  /** Another moment from now on; whoever watches is told. */
  become(recording: Recording): void {
    this.recording = recording;
    this.emit({ kind: 'look', lookedAt: recording.node.at });
  }

  state = () => Promise.resolve(this.recording.state);
  node = () => Promise.resolve(this.recording.node);
  services = () => Promise.resolve(this.recording.services);
  plan = () => Promise.resolve(this.recording.plan);
  routes = () => Promise.resolve(this.recording.routes);
  certificates = () => Promise.resolve(this.recording.certificates);
  records = () => Promise.resolve(this.recording.records);
  service = (_of: Caller, name: string) => this.#one(this.recording.service, name);
  explain = (_of: Caller, name: string) => this.#one(this.recording.explain, name);
  healthOfAll = (_of: Caller, { samples }: { readonly samples: number }) =>
    Promise.resolve(this.recording.health.map((one) => ({ ...one, samples: one.samples.slice(-samples) })));
  health = (_of: Caller, slot: string): Promise<SlotHealth | undefined> =>
    Promise.resolve(this.recording.health.find((one) => one.slot === slot));

  history: AgentService['history'] = (_of, { limit = 100, name } = {}) =>
    Promise.resolve(this.recording.history.filter(({ slot }) => isOf(slot, name)).slice(0, limit));
  events: AgentService['events'] = (_of, { after = 0, limit = 100, name } = {}) =>
    Promise.resolve(
      this.recording.events
        .filter(({ event, id }) => id > after && (name === undefined || ('slot' in event && isOf(event.slot, name))))
        .slice(-limit),
    );

  async *watch({ signal }: Caller, query: { readonly after?: number } = {}): AsyncGenerator<AgentEvent> {
    const queue = query.after === undefined ? [] : this.#past.filter(({ seq }) => seq > (query.after ?? 0));
    let lost = 0;
    let wake: () => void = () => undefined;
    const tell = (event: AgentEvent) => {
      if (queue.length < bufferOfReader) queue.push(event);
      else lost++;
      wake();
    };
    this.#readers.add(tell);
    const onAbort = () => wake();
    signal.addEventListener('abort', onAbort);
    try {
      while (!signal.aborted) {
        const next = queue.shift();
        if (next !== undefined) {
          yield next;
          continue;
        }
        if (lost > 0) {
          const count = lost;
          lost = 0;
          yield { seq: this.#seq, run: this.run, at: Date.now(), kind: 'lost', count };
          continue;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (signal.aborted || queue.length > 0) resolve();
        });
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#readers.delete(tell);
    }
  }

  async *logs({ signal }: Caller, { follow, name, tail = 1000 }: LogsQuery): AsyncGenerator<LogChunk> {
    const lines = Object.values(this.recording.logs)
      .flat()
      .filter(({ slot }) => isOf(slot, name));
    if (lines.length === 0) await this.#one(this.recording.service, name);
    yield* lines.slice(-tail);
    for await (const { kind } of follow === true ? this.watch({ signal, by: nobody }) : []) {
      if (kind === 'look') yield { slot: name, container: null, at: new Date().toISOString(), text: 'GET / 200 4 ms' };
    }
  }

  async *exec({ by }: Caller, order: ExecOrder, input: AsyncIterable<ExecInput>): AsyncGenerator<ExecOutput> {
    this.asked.push({ what: 'exec', by: `${by.issuer}:${by.subject}`, order });
    for await (const one of input) if (one.kind === 'bytes') yield { kind: 'stdout', data: one.data };
    yield { kind: 'exit', code: 0 };
  }

  async *apply({ by }: Caller, order: PassOrder): AsyncGenerator<PassProgress> {
    this.asked.push({ what: 'apply', by: `${by.issuer}:${by.subject}`, order });
    const { plan } = this.recording;
    if (order.request !== undefined) yield { kind: 'note', note: { type: 'asked', id: 'q1' } };
    const source = { commit: undefined, trouble: undefined, diagnostics: [], warnings: [], stages: [], absences: [] };
    const done: Plan = plan;
    yield { kind: 'plan', ask: { plan, observedAt: plan.lookedAt, source } };
    yield {
      kind: 'result',
      result: { first: done, last: done, approved: true, turns: 1, done: [], failed: [], source },
    };
    this.emit({ kind: 'look', lookedAt: Date.now() });
  }

  override({ by }: Caller, order: OverrideOrder): Promise<readonly Override[]> {
    this.asked.push({ what: 'override', by: `${by.issuer}:${by.subject}`, order });
    const { state } = this.recording;
    const others = state.overrides.filter(({ target }) => target !== order.target);
    const made: Override[] =
      order.verb === 'freeze' || order.verb === 'stop'
        ? [
            {
              verb: order.verb,
              target: order.target,
              by,
              since: Date.now(),
              ...(order.forMs === undefined ? {} : { until: Date.now() + order.forMs }),
              ...(order.why === undefined ? {} : { why: order.why }),
            },
          ]
        : [];
    this.recording = { ...this.recording, state: { ...state, overrides: [...others, ...made] } };
    this.emit({ kind: 'state', phase: state.phase });
    return Promise.resolve(this.recording.state.overrides);
  }

  reload({ by }: Caller): Promise<void> {
    this.asked.push({ what: 'reload', by: `${by.issuer}:${by.subject}`, order: {} });
    return Promise.resolve();
  }

  #one<T>(all: Readonly<Record<string, T>>, name: string): Promise<T> {
    const found = all[name] ?? all[name.split('/')[0] ?? ''];
    if (found !== undefined) return Promise.resolve(found);
    const known = Object.keys(all).join(', ');
    return Promise.reject(noService({ message: `look at ${name}`, wanted: known, actual: name }));
  }
}

const nobody = { issuer: 'test', subject: 'reader', kind: 'machine', scopes: [] } as const;

function isOf(slot: string, name: string | undefined): boolean {
  return name === undefined || slot === name || slot.startsWith(`${name}/`);
}
