import type { Host } from '@reconcile/host';
import type { SourceProblem } from '@reconcile/source';
import { fetchMirror } from '@reconcile/source/git';
import type { NodeConfig } from '../config/model.ts';
import { gitSettings, nodeSource } from '../desired/source.ts';
import { fail } from '../errors.ts';

export interface SourceContext {
  readonly config: NodeConfig;
  readonly host: Host;
  readonly signal: AbortSignal;
}

/** A file of the fleet as it was just changed. */
export interface Wanted {
  /** Below the fleet's root. */
  readonly path: string;
  /** undefined: it is gone. */
  readonly text: string | undefined;
}

/** For a change that was just pushed; an ordinary pass does not wait as long for a network that may be away. */
const patientMs = 60_000;
const briefMs = 10_000;

/** The last fetch of this process, by mirror. */
const fetching = new Map<string, Promise<undefined>>();

/** Fetches the source's remote, as the agent would; without one there is nothing to do. Under the node's lock. */
export async function fetchSource(cx: SourceContext, timeoutMs = briefMs): Promise<SourceProblem | undefined> {
  const { config, host, signal } = cx;
  const { source } = config;
  if (source.type !== 'git' || source.remote === '') return undefined;
  const settings = gitSettings(config, source);
  // Two at once would take each other's lock for damage.
  const before = fetching.get(settings.mirror);
  const mine = (before ?? Promise.resolve()).then(() => fetchMirror({ host, signal }, settings, { timeoutMs }));
  const settled = mine.then(
    () => undefined,
    () => undefined,
  );
  fetching.set(settings.mirror, settled);
  const fetched = await mine;
  return fetched.ok === undefined ? fetched : undefined;
}

/** Brings the source up to date and makes sure that it has the change. Under the node's lock. @throws SOURCE_BEHIND */
export async function takeChange(cx: SourceContext, wanted: Wanted): Promise<void> {
  const { config, host, signal } = cx;
  const { source } = config;
  const trouble = await fetchSource(cx, patientMs);
  const taken = trouble ?? (await (await nodeSource(config)).snapshot({ host, signal }));
  const where = source.type === 'git' ? `branch ${source.branch} of ${source.remote || source.path}` : source.path;
  if (taken.ok !== undefined) {
    const found = taken.ok.files.get(wanted.path);
    if ((found === undefined ? undefined : Buffer.from(found).toString('utf8')) === wanted.text) return;
  }
  throw fail('SOURCE_BEHIND', {
    message: `take the change from the source of ${config.node}`,
    key: source.path,
    wanted: `${wanted.path} as it was changed, on ${where}`,
    actual: taken.ok === undefined ? taken.message : `another one, at ${taken.ok.commit.slice(0, 7)}`,
    hint: taken.ok === undefined ? taken.hint : `bring it to ${where}; the next pass takes it from there`,
  });
}
