import type { AgentState, HistoryEntry, Me, NodeDocument, PlanDocument } from '../model/documents.ts';
import { ApiProblem, get, prove, send } from './client.ts';
import { Cell } from './store.ts';

/** The probes of one slot over the last hour: ms, null where nothing was asked, -1 where it failed. */
export interface HealthLine {
  readonly slot: string;
  readonly state: string;
  readonly points: readonly (number | null)[];
}

/** How the page stands with the agent. `closed`: nobody is logged in. */
export type Link = 'opening' | 'live' | 'lost' | 'closed';

export const link = new Cell<Link>('opening');
export const me = new Cell<Me | undefined>(undefined);
export const node = new Cell<NodeDocument | undefined>(undefined);
export const state = new Cell<AgentState | undefined>(undefined);
export const plan = new Cell<PlanDocument | undefined>(undefined);
export const history = new Cell<readonly HistoryEntry[]>([]);
export const health = new Cell<ReadonlyMap<string, HealthLine>>(new Map());
/** Why the agent cannot say how things are; undefined: it can. */
export const trouble = new Cell<Error | undefined>(undefined);
/** The moment that pages count ages from; moves every few seconds. */
export const clock = new Cell(Date.now());
/** Grows with every look: what a page asked for besides these is asked for again. */
export const looks = new Cell(0);

const healthEveryMs = 20_000;
const clockEveryMs = 5000;
/** Several hints at once are one question. */
const gatherMs = 150;

let stream: EventSource | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Logs in where the address carries a code, asks for everything, and keeps it fresh. */
export async function begin(): Promise<void> {
  setInterval(() => clock.set(Date.now()), clockEveryMs);
  setInterval(() => void refreshHealth(), healthEveryMs);
  const code = /^#login=([\w-]+)$/.exec(location.hash)?.[1];
  try {
    if (code !== undefined) {
      // Gone from the address before anything else: it opens once, and belongs in no history.
      window.history.replaceState(null, '', location.pathname);
      me.set(await send<Me>('POST', '/api/v1/login', { code }));
    } else me.set(await get<Me>('/api/v1/me'));
    if (me.value !== undefined) prove(me.value);
    await refresh();
    open();
    await refreshHealth();
  } catch (error) {
    failed(error);
    if (link.value !== 'closed') setTimeout(() => location.reload(), 5000);
  }
}

/** Everything that most pages show. What the agent cannot say now stays as it was, and `trouble` says why. */
export async function refresh(): Promise<void> {
  const [nextState, nextNode, nextPlan, nextHistory] = await Promise.allSettled([
    get<AgentState>('/api/v1/state'),
    get<NodeDocument>('/api/v1/status'),
    get<PlanDocument>('/api/v1/plan'),
    get<readonly HistoryEntry[]>('/api/v1/history?limit=500'),
  ]);
  if (nextState.status === 'rejected') throw nextState.reason;
  clock.set(Date.now());
  state.set(nextState.value);
  if (nextNode.status === 'fulfilled') {
    const { rows, ...rest } = nextNode.value;
    node.set({ ...rest, rows: same(node.value?.rows ?? [], rows, ({ slot }) => slot) });
  }
  if (nextPlan.status === 'fulfilled') plan.set(nextPlan.value);
  if (nextHistory.status === 'fulfilled') history.set(nextHistory.value);
  trouble.set(nextNode.status === 'rejected' ? (nextNode.reason as Error) : undefined);
  looks.set(looks.value + 1);
}

async function refreshHealth(): Promise<void> {
  if (link.value === 'closed' || document.hidden) return;
  const lines = await get<readonly HealthLine[]>('/api/v1/health/lines?points=40').catch(() => undefined);
  if (lines === undefined) return;
  const kept = same([...health.value.values()], lines, ({ slot }) => slot);
  health.set(new Map(kept.map((line) => [line.slot, line])));
}

function open(): void {
  stream?.close();
  stream = new EventSource('/api/v1/events');
  stream.addEventListener('open', () => {
    // What came while nobody listened.
    if (link.value === 'lost') soon();
    link.set('live');
  });
  stream.addEventListener('error', () => {
    link.set('lost');
    // A browser gives up where the agent refuses instead of not answering.
    if (stream?.readyState === EventSource.CLOSED) setTimeout(() => void get('/api/v1/me').then(open, failed), 3000);
  });
  for (const kind of ['look', 'state', 'lost', 'event']) stream.addEventListener(kind, soon);
  stream.addEventListener('health', () => {
    soon();
    void refreshHealth();
  });
}

function soon(): void {
  if (timer !== undefined) return;
  timer = setTimeout(() => {
    timer = undefined;
    refresh().catch(failed);
  }, gatherMs);
}

function failed(error: unknown): void {
  if (error instanceof ApiProblem && error.status === 401) {
    stream?.close();
    link.set('closed');
  } else link.set('lost');
}

/** The new ones, but the very old object where nothing of it changed: what shows it is not drawn again. */
function same<T>(before: readonly T[], next: readonly T[], keyOf: (one: T) => string): T[] {
  const known = new Map(before.map((one) => [keyOf(one), one]));
  return next.map((one) => {
    const old = known.get(keyOf(one));
    return old !== undefined && JSON.stringify(old) === JSON.stringify(one) ? old : one;
  });
}
