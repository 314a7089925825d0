/** What trying again would do: `backoff` may work later, `on-change` only after somebody changes something, `never`. */
export type Retry = 'backoff' | 'never' | 'on-change';

/** One package's errors: code → how to retry and one sentence for specs/errors.md. */
export type Catalogue = Readonly<Record<string, { readonly retry: Retry; readonly says: string }>>;

export interface FleetErrorInit {
  /** What was being done, this layer's part only: `create container web-0-3fa9c1d2`. The cause says the rest. */
  readonly message: string;
  readonly key?: string;
  readonly wanted?: string;
  readonly actual?: string;
  /** The next command to type, or what to look at. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * The one error class. Made through `errorFactory(catalogue)`, so that every code stands in a catalogue. Works without
 * instanceof: `isFleetError` looks at the shape, since two bundles may each carry a copy of this class.
 */
export class FleetError extends Error {
  readonly code: string;
  readonly retry: Retry;
  readonly key: string | undefined;
  readonly wanted: string | undefined;
  readonly actual: string | undefined;
  readonly hint: string | undefined;

  constructor(code: string, retry: Retry, init: FleetErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.name = 'FleetError';
    this.code = code;
    this.retry = retry;
    this.key = init.key;
    this.wanted = init.wanted;
    this.actual = init.actual;
    this.hint = init.hint;
  }
}

export function isFleetError(value: unknown): value is FleetError {
  return value instanceof Error && value.name === 'FleetError' && typeof (value as FleetError).code === 'string';
}

/** Binds a catalogue: `const fail = errorFactory(hostErrors); throw fail('RUN_TIMEOUT', { message: … })`. */
export function errorFactory<C extends Catalogue>(catalogue: C) {
  return (code: keyof C & string, init: FleetErrorInit): FleetError => {
    const entry = catalogue[code];
    return new FleetError(code, entry?.retry ?? 'never', init);
  };
}

/** One line of a cause chain. */
export interface ErrorLine {
  readonly code?: string;
  readonly message: string;
}

/** The chain from the outermost operation to the root cause, bounded; used by log, CLI and dashboard alike. */
export function errorChain(error: unknown): ErrorLine[] {
  const lines: ErrorLine[] = [];
  let next: unknown = error;
  while (next !== undefined && next !== null && lines.length < 8) {
    if (next instanceof Error) {
      lines.push(isFleetError(next) ? { code: next.code, message: next.message } : { message: next.message });
      next = next.cause;
    } else {
      lines.push({ message: String(next) });
      next = undefined;
    }
  }
  return lines;
}

/**
 * The chain as one line: `create container web: podman create: exit 125: no space left`. What a layer says it found sums up
 * whatever lies below it: `list containers: no answer in 10 s`.
 */
export function errorText(error: unknown): string {
  const words: string[] = [];
  let next: unknown = error;
  for (const { message } of errorChain(error)) {
    const { wanted, actual } = isFleetError(next) ? next : {};
    words.push(message);
    if (wanted !== undefined)
      words.push(actual === undefined ? `wanted ${wanted}` : `wanted ${wanted}, found ${actual}`);
    else if (actual !== undefined) words.push(actual);
    if (actual !== undefined) break;
    next = next instanceof Error ? next.cause : undefined;
  }
  return words.join(': ').replace(/\s*\n\s*/g, '; ');
}
