import type {
  AgentState,
  CertificatesDocument,
  EventsDocument,
  ExplainDocument,
  HistoryDocument,
  LogChunk,
  NodeDocument,
  PlanDocument,
  RecordsDocument,
  RoutesDocument,
  ServiceDocument,
  ServicesDocument,
  SlotHealth,
} from '@reconcile/agent/service';

/** Everything that an agent could say at one moment: what `-o json` of each command printed on a real node. */
export interface Recording {
  readonly node: NodeDocument;
  readonly services: ServicesDocument;
  readonly plan: PlanDocument;
  readonly routes: RoutesDocument;
  readonly certificates: CertificatesDocument;
  readonly records: RecordsDocument;
  readonly history: HistoryDocument;
  readonly events: EventsDocument;
  readonly service: Readonly<Record<string, ServiceDocument>>;
  readonly explain: Readonly<Record<string, ExplainDocument>>;
  readonly logs: Readonly<Record<string, readonly LogChunk[]>>;
  readonly state: AgentState;
  readonly health: readonly SlotHealth[];
}

/** Instants lie between these; no other number of a document does. */
const [first, last] = [1_600_000_000_000, 2_200_000_000_000];

/** The same, as if it had been recorded now: every instant is moved by the same span. */
export function movedTo(recording: Recording, now: number): Recording {
  const by = now - recording.node.at;
  const move = (value: unknown): unknown => {
    if (typeof value === 'number') return value > first && value < last ? value + by : value;
    if (Array.isArray(value)) return value.map(move);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, move(inner)]));
  };
  return move(recording) as Recording;
}
