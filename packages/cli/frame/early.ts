import type { EarlyList } from '@reconcile/agent/wire/early';
import type { ReadHost } from '@reconcile/host';
import { monotonicMs } from '@reconcile/registry/monotonic';

/** A list that was begun longer ago than this is asked for again, ms: compiling a changed source takes its time. */
const listedForMs = 2000;

/** podman's answer to a question that was asked before a command's own code was read. */
export interface Early {
  readonly host: ReadHost;
  /** Resolves once podman answered, or did not: after a boot its first command has to be alone. */
  readonly answered: Promise<void>;
  /** Before podman was asked for the first time, `monotonicMs`. */
  readonly begunAt: number;
  /** The list, for the first who asks and while it is young. */
  take(): EarlyList | undefined;
  /** Nobody wants it any more. */
  abandon(): void;
}

/** What of a command's context decides what podman is asked. */
interface Asker {
  readonly configPath: string | undefined;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
  readonly signal: AbortSignal;
}

/** Asks podman; whoever looks at the node finds the answer under way. */
export async function askEarly({ configPath, cwd, env, signal, uid }: Asker): Promise<Early> {
  const { createReadHost } = await import('@reconcile/host/reading');
  const { listEarly } = await import('@reconcile/agent/wire/early');
  const host = createReadHost();
  const begunAt = monotonicMs();
  const unused = new AbortController();
  let listed = listEarly(host, {
    env,
    cwd,
    uid,
    signal: AbortSignal.any([signal, unused.signal]),
    ...(configPath === undefined ? {} : { path: configPath }),
  });
  const over = () => undefined;
  return {
    host,
    begunAt,
    answered: listed === undefined ? Promise.resolve() : listed.then(over, over),
    take() {
      const taken = monotonicMs() - begunAt < listedForMs ? listed : undefined;
      listed = undefined;
      return taken;
    },
    abandon: () => unused.abort(),
  };
}
