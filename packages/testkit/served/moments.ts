import type { AgentState, SlotHealth } from '@reconcile/agent/service';
import { duration, type Standing } from '@reconcile/core/render';
import { movedTo, type Recording } from './documents.ts';
import mixed from './recorded/mixed.json' with { type: 'json' };
import pending from './recorded/pending.json' with { type: 'json' };
import well from './recorded/well.json' with { type: 'json' };

// Moments of a node. `well`, `mixed` and `pending` are what the commands printed on a real one; the state of an agent and an hour
// of probes are made to fit. The others are made from them.

type Printed = Omit<Recording, 'state' | 'health'>;

const secondMs = 1000;
const hourMs = 3_600_000;

/** Everything runs as declared. */
export function wellMoment(now: number): Recording {
  return complete(well as unknown as Printed, now);
}

/** One service was rolled back, one fails, one is refused, four are about to go. */
export function mixedMoment(now: number): Recording {
  return complete({ ...(mixed as unknown as Printed), plan: withLook(mixed as unknown as Printed) }, now);
}

/** The same, with a new commit that nobody has carried out yet. */
export function pendingMoment(now: number): Recording {
  const printed = { ...(mixed as unknown as Printed), ...(pending as unknown as Partial<Printed>) };
  return complete({ ...printed, plan: withLook(printed) }, now);
}

/** The first minute: a node that nothing is declared for. */
export function emptyMoment(now: number): Recording {
  const one = wellMoment(now);
  const bare = { commit: '', message: '', author: '', committedAt: 0, rows: [], absences: [], next: '' };
  return {
    ...one,
    node: { ...one.node, ...bare },
    services: { ...one.services, ...bare },
    plan: { ...one.plan, changes: [], held: [], waiting: [], actions: [] },
    certificates: { version: 1, certificates: [] },
    routes: { version: 1, routes: [] },
    history: [],
    events: [],
    health: [],
    state: { ...one.state, boot: { ...one.state.boot, slots: [] } },
  };
}

/** Nothing works at all. */
export function failingMoment(now: number): Recording {
  const one = mixedMoment(now);
  const note = 'failed 4 times: ended with 3 before it was ready; it said: cannot reach the database; next try in 38 s';
  const rows = one.node.rows.map(
    (row): Standing => ({ ...row, grade: 'failing', state: 'backoff', health: 'unhealthy', note }),
  );
  const problem = { code: 'GIT_UNREADABLE', message: 'fetch from ssh://git@example.com/fleet: connection timed out' };
  return {
    ...one,
    node: { ...one.node, rows, source: { isWell: false, text: 'not reached' } },
    services: { ...one.services, rows },
    health: one.health.map((health) => ({
      ...health,
      state: 'unhealthy' as const,
      samples: health.samples.map((sample) => ({ ...sample, ok: false, message: 'connection refused' })),
    })),
    state: {
      ...one.state,
      source: { ...one.state.source, problem: { ...problem, hint: 'git -C /home/ops/fleet fetch' } },
      problems: {
        'podman-events': { code: 'PODMAN_GONE', message: 'the event stream of podman ended; opened again in 4 s' },
      },
    },
  };
}

/** As many services as one node may have, most of them well. */
export function manyMoment(now: number, services: number): Recording {
  const one = wellMoment(now);
  const [model] = one.node.rows.filter(({ reachedAs }) => reachedAs.length > 0);
  if (model === undefined) throw new Error('nothing was recorded');
  const rows = Array.from({ length: services }, (_, i): Standing => {
    const name = `service-${String(i).padStart(3, '0')}`;
    const isBad = i % 97 === 13;
    return {
      ...model,
      slot: `${name}/web`,
      name,
      service: name,
      stage: i < 4 ? 'foundation' : i < 20 ? 'core' : 'services',
      grade: isBad ? 'failing' : 'well',
      state: isBad ? 'backoff' : 'running',
      note: isBad ? 'failed 4 times: http /healthz 503; next try in 38 s' : '',
      container: `${name}-${(0x10000000 + i * 7919).toString(16)}`,
      version: `1.${i % 20}.${i % 7}`,
      reachedAs: [`${name}.svc.home.arpa`],
    };
  });
  const { photos } = (mixed as unknown as Printed).explain;
  const failing = rows.filter(({ grade }) => grade === 'failing');
  const printed: Printed = {
    ...(well as unknown as Printed),
    explain: photos === undefined ? {} : Object.fromEntries(failing.map(({ service }) => [service, photos])),
    node: { ...one.node, rows },
    services: { ...one.services, rows },
    history: rows.slice(0, 500).map(({ slot }, i) => ({
      at: now - i * 170 * secondMs,
      slot,
      what: i % 9 === 0 ? 'rolled-back' : i % 4 === 0 ? 'started' : 'created',
      commit: one.node.commit,
      from: 'registry.example.net/app:1.0.0',
      to: 'registry.example.net/app:1.1.0',
      why: i % 4 === 0 ? 'Exited 137' : 'Changed: image',
      by: { issuer: 'source', subject: 'ops', kind: 'person', scopes: [] },
    })),
  };
  return complete(printed, now);
}

function withLook({ node, plan }: Printed): Printed['plan'] {
  return { ...plan, lookedAt: node.at };
}

function complete(printed: Printed, now: number): Recording {
  const { node } = printed;
  const plan = { ...printed.plan, lookedAt: node.at };
  return movedTo({ ...printed, plan, state: stateOf(printed), health: healthOf(node.rows, node.at) }, now);
}

function stateOf({ node, plan }: Printed): AgentState {
  const startedAt = node.at - 41 * 24 * hourMs;
  const containers = node.rows.filter(
    ({ kind, stage, state }) => kind === 'container' && stage !== 'undeclared' && state === 'running',
  );
  const stages = [...new Set(containers.map(({ stage }) => stage))];
  return {
    version: '0.1.0',
    pid: 4711,
    node: node.node,
    fleet: node.fleet,
    startedAt,
    phase: 'idle',
    last: {
      id: 'c-1',
      at: node.at - 12 * secondMs,
      tookMs: 48,
      trigger: 'resync',
      outcome: plan.held.length > 0 ? 'held' : plan.actions.length > 0 ? 'pending' : 'converged',
      done: 0,
      failures: [],
    },
    passes: 1187,
    source: {
      commit: node.commit,
      message: node.message,
      author: node.author,
      at: node.committedAt,
      checkedAt: node.at - 12 * secondMs,
    },
    overrides: [],
    problems: {},
    vitals: { rss: 71_300_000, heapUsed: 31_200_000, cpuMs: 6_200_000, loopDelayMs: { p50: 1.1, p99: 3.4, max: 18 } },
    boot: {
      bootId: '7b0f3c52-6f3e-4a53-9d0c-3a5b5a0d8a11',
      firstSeenAt: startedAt,
      convergedAt: startedAt + 9400,
      stages: stages.map((name, i) => ({
        name,
        timeoutMs: 120 * secondMs,
        onTimeout: 'continue' as const,
        ...(i === stages.length - 1 ? {} : { since: startedAt + 400 }),
        readyAt: startedAt + 400 + (i + 1) * 2600,
      })),
      slots: containers.map(({ slot, stage }, i) => {
        const before = stages.indexOf(stage);
        const begin = startedAt + 400 + before * 2600 + (i % 5) * 180;
        return {
          slot,
          stage,
          startedAt: begin,
          readyAt: begin + 700 + ((i * 37) % 9) * 170,
          waitedFor: before <= 0 ? '' : `stage ${stages[before - 1] ?? ''} ${duration(begin - startedAt - 400)}`,
          waits:
            before <= 0
              ? []
              : [
                  {
                    kind: 'stage' as const,
                    on: stages[before - 1] ?? '',
                    why: '',
                    since: startedAt + 400,
                    until: begin,
                  },
                ],
        };
      }),
    },
  };
}

/** An hour of probes every ten seconds: a calm line, and failures where a component is not well. */
function healthOf(rows: readonly Standing[], at: number): SlotHealth[] {
  return rows.flatMap((row, n) => {
    if (row.kind !== 'container' || row.container === '' || row.state === 'stopped') return [];
    const samples = Array.from({ length: 360 }, (_, i) => {
      const ok = row.grade !== 'failing' && !(row.grade === 'rolled back' && i > 190 && i < 196);
      const wave = 1 + Math.sin((i + n * 17) / 23) * 0.3 + ((i * 7919 + n * 104_729) % 100) / 160;
      return { at: at - (360 - i) * 10 * secondMs, ok, latencyMs: Math.round(wave * (2 + (n % 5)) * 10) / 10 };
    });
    const state = row.grade === 'failing' ? ('unhealthy' as const) : row.health;
    return [{ slot: row.slot, key: `container/${row.container}` as const, state, since: at - hourMs, samples }];
  });
}
