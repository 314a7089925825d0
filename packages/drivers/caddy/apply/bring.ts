import { type Action, isFleetError } from '@reconcile/core';
import type { Host } from '@reconcile/host';
import { fail } from '../errors.ts';
import { ask, errorOf } from '../observe/admin.ts';
import { wantedFor } from '../observe/certificates.ts';
import { look, type Sight } from '../observe/look.ts';
import type { CaddySettings } from '../settings/settings.ts';
import { Draft } from './draft.ts';
import { explain } from './explain.ts';
import { nextWrite } from './next-write.ts';
import { refuseTaken } from './taken.ts';
import type { Write } from './write.ts';

/** Loading a configuration opens listeners and reads certificates. */
const writeTimeoutMs = 15_000;
/** How often somebody else may come first. */
const mostConflicts = 8;
/** Caddy may close its admin socket on its own answer: whether it took the write is seen at the next look. */
const mostUnheard = 3;
/** More writes than any batch needs: servers, certificates, what holds them. */
const mostWrites = 500;

/**
 * Makes Caddy what the actions say: looks, draws up, sends the first write that is still missing, looks again; done when
 * nothing is. Every write names the configuration it was drawn up from (`If-Match`), so that an edit of somebody else is never
 * undone, and is taken by Caddy as a whole or not at all.
 * @returns actions that were refused, with the reason; the others are done. @throws CADDY_* when nothing more can be done
 */
export async function bring(
  host: Host,
  settings: CaddySettings,
  actions: readonly Action[],
): Promise<ReadonlyMap<Action, unknown>> {
  let conflicts = 0;
  let unheard = 0;
  for (let writes = 0; writes < mostWrites; writes++) {
    const sight = await look(host, settings);
    const { draft, refused } = drawUp(sight, actions);
    const write = nextWrite(sight, draft, await certificatesOf(host, settings, draft));
    if (write === undefined) return refused;
    await refuseTaken(host, { write, sight, draft });
    const outcome = await send(host, settings, { write, sight, draft });
    if (outcome === 'taken' && write.isLast === true) return refused;
    if (outcome === 'taken') continue;
    if (outcome !== 'conflict') {
      if (++unheard > mostUnheard) throw outcome;
    } else if (++conflicts > mostConflicts) {
      throw fail('CADDY_CONTESTED', {
        message: `write ${write.path}`,
        wanted: 'a configuration that stays for a moment',
        actual: `changed by somebody else ${conflicts} times`,
        hint: 'who else writes to its admin socket?',
      });
    }
  }
  throw fail('CADDY_REFUSED', {
    message: 'change Caddy',
    actual: `still not as wanted after ${mostWrites} writes that it took`,
  });
}

function drawUp(sight: Sight, actions: readonly Action[]): { draft: Draft; refused: Map<Action, unknown> } {
  const draft = new Draft(sight.sites);
  const refused = new Map<Action, unknown>();
  for (const action of actions) {
    try {
      draft.apply(action);
    } catch (error) {
      refused.set(action, error);
    }
  }
  return { draft, refused };
}

async function certificatesOf(host: Host, settings: CaddySettings, draft: Draft) {
  const routes = [...draft.sites.values()].flatMap((site) => [...site.routes.values()]);
  return [...(await wantedFor(host, settings, routes)).values()];
}

/** An error: nobody answered. @throws CADDY_REFUSED CADDY_LISTEN */
async function send(
  host: Host,
  settings: CaddySettings,
  { write, sight, draft }: { write: Write; sight: Sight; draft: Draft },
): Promise<'taken' | 'conflict' | Error> {
  const request = ask(host, settings, {
    method: write.method,
    url: `http://localhost/config/${write.path}`,
    headers: { 'content-type': 'application/json', 'if-match': sight.etag },
    ...(write.body === undefined ? {} : { body: JSON.stringify(write.body) }),
    timeoutMs: writeTimeoutMs,
  });
  const answer = await request.catch((error: unknown) => {
    if (isFleetError(error) && error.code === 'CADDY_UNREACHABLE') return error;
    throw error;
  });
  if (answer instanceof Error) return answer;
  if (answer.status === 200) return 'taken';
  if (answer.status === 412) return 'conflict';
  const said = errorOf(Buffer.from(answer.body).toString('utf8'));
  throw await explain(host, { write, said, status: answer.status, binds: bindsOf(write, draft) });
}

function bindsOf({ port }: Write, draft: Draft): readonly string[] {
  return port === undefined ? [] : (draft.sites.get(port)?.listener.spec.binds ?? []);
}
