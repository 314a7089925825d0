import { nodeSource } from '../../desired/source.ts';
import { fetchSource } from '../../request/source.ts';
import { problemOf } from '../problem.ts';
import type { Rearm, TriggerContext } from '../trigger.ts';
import type { Asked } from './asked.ts';

const fetchTimeoutMs = 60_000;
/** All nodes of a fleet must not ask its remote at one moment. */
const jitter = 0.2;

/** Hints that the source moved: file watches on a local repository or directory, fetches of a remote, and whoever asks. */
export async function watchSource(cx: TriggerContext, asked: Asked): Promise<Rearm> {
  const rearm = await armedWatch(cx);
  const { source } = cx.config;
  const { host, signal } = cx;
  const hasRemote = source.type === 'git' && source.remote !== '';
  void asked.follow({
    clock: host.clock,
    signal,
    everyMs: () => (hasRemote ? source.pollMs * (1 + jitter * (Math.random() - 0.5)) : undefined),
    look: async () => (hasRemote ? fetchNow(cx) : cx.hint('commit')),
  });
  return { rearm };
}

/** A source that is not there yet cannot be watched: it is tried again with every resync. */
async function armedWatch(cx: TriggerContext): Promise<() => void> {
  const { host, signal } = cx;
  let state: 'no' | 'trying' | 'yes' = 'no';
  const rearm = () => {
    if (state !== 'no' || signal.aborted) return;
    state = 'trying';
    void arm().then((isArmed) => {
      state = isArmed ? 'yes' : 'no';
    });
  };
  const arm = async (): Promise<boolean> => {
    try {
      const source = await nodeSource(cx.config);
      // A git source that is not there watches nothing and says nothing.
      if ((await source.head({ host, signal })).ok === undefined) return false;
      await source.watch({ host, signal }, () => cx.hint('commit'));
      cx.problem('source-watch', undefined);
      return true;
    } catch (error) {
      if (!signal.aborted) cx.problem('source-watch', problemOf(error));
      return false;
    }
  };
  rearm();
  return rearm;
}

async function fetchNow(cx: TriggerContext): Promise<void> {
  try {
    const trouble = await fetchSource(cx, fetchTimeoutMs);
    if (trouble === undefined) cx.problem('fetch', undefined);
    else cx.problem('fetch', { code: trouble.problem, message: trouble.message, hint: trouble.hint });
    if (trouble === undefined) cx.hint('fetched');
  } catch (error) {
    if (!cx.signal.aborted) cx.problem('fetch', problemOf(error));
  }
}
