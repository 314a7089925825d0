import { clashes, portClaim } from '../model/claim.ts';
import type { Ask } from '../model/contract.ts';
import { digest } from '../model/digest.ts';
import type { ActionId, Hold, Wait } from '../model/plan.ts';
import type { ResourceKey } from '../model/resource.ts';
import { type Draft, waitFor } from './draft.ts';
import type { Graph } from './link.ts';
import { overridden } from './overrides.ts';
import { tried } from './trial.ts';
import type { Users } from './users.ts';
import type { World } from './world.ts';

export const contestedWindowMs = 600_000;
export const contestedReverts = 3;

export interface Guarded {
  readonly graph: Graph;
  readonly held: readonly Hold[];
  /** What cannot go on because a hold keeps what it needs. */
  readonly waits: readonly Wait[];
}

/**
 * Blast radius: a plan that takes away too much is cut back to what is safe. A hold covers the removals themselves, and
 * is closed under `needs`: whatever needs a held action waits (specs/0007-holds.md).
 */
export function guard(world: World, graph: Graph, users: Users): Guarded {
  const { nodes, barriers } = graph;
  const holds: { hold: Hold; drafts: Set<Draft> }[] = [];
  const removal = removals(world, users);
  if (removal !== undefined) holds.push(removal);
  holds.push(...contested(world), ...overridden(world), ...asked(world), ...tried(world));
  const released = new Set(world.input.history.releasedHolds);
  const active = holds.filter(({ hold }) => !released.has(hold.id));
  if (active.length === 0) return { graph, held: [], waits: [] };

  const dropped = new Set<ActionId>();
  for (const { drafts } of active) for (const node of nodes) if (drafts.has(node.draft)) dropped.add(node.id);
  const covered = new Set(active.flatMap(({ drafts }) => [...drafts]));
  const waits = new Map<ResourceKey, Wait>();
  for (let grown = true; grown; ) {
    grown = false;
    for (const [id, needs] of barriers) {
      if (dropped.has(id) || !needs.some((need) => dropped.has(need))) continue;
      dropped.add(id);
      grown = true;
    }
    for (const node of nodes) {
      if (dropped.has(node.id) || ![...node.needs].some((need) => dropped.has(need))) continue;
      dropped.add(node.id);
      grown = true;
      if (covered.has(node.draft) || node.draft.type === 'retire') continue;
      const id = active[0]?.hold.id ?? '';
      waits.set(
        node.draft.key,
        waitFor(node.draft, { code: 'Reference', on: id, message: `needs what hold ${id} keeps` }),
      );
    }
  }
  const kept: Graph = {
    nodes: nodes.filter((node) => !dropped.has(node.id)),
    barriers: new Map([...barriers].filter(([id]) => !dropped.has(id))),
  };
  return { graph: kept, held: active.map(({ hold }) => hold), waits: [...waits.values()] };
}

/** Services that would lose a container without a successor, measured against the node's policy. */
function removals(world: World, users: Users): { hold: Hold; drafts: Set<Draft> } | undefined {
  const { desired, history } = world.input;
  const allowed = new Set(desired.allows);
  const gone = [...world.drafts.values()].filter(
    (target) =>
      target.def.staged &&
      !target.def.mutable &&
      target.type === 'retire' &&
      !target.kept &&
      target.successor === undefined &&
      !allowed.has(target.slot) &&
      !target.services.every((service) => allowed.has(service)),
  );
  if (gone.length === 0) return undefined;
  const losing = new Set(gone.flatMap((target) => target.services));
  const present = new Set(Object.keys(history.lastServices));
  for (const list of world.seenBySlot.values())
    for (const seen of list) for (const service of seen.services) present.add(service);
  const why = tooMuch(world, losing, present) ?? vital(world, gone);
  if (why === undefined) return undefined;

  const drafts = new Set<Draft>(gone);
  for (const target of gone) for (const user of users.of(target)) if (user.type === 'retire') drafts.add(user);
  for (const target of world.drafts.values()) {
    if (
      target.type === 'retire' &&
      target.def.mutable &&
      target.services.length > 0 &&
      target.services.every((s) => losing.has(s) && !desired.services[s])
    ) {
      drafts.add(target);
    }
  }
  const keys = [...drafts].map((target) => target.key).sort();
  const services = [...losing].sort();
  return {
    drafts,
    hold: {
      id: `h${digest(keys.map((key) => `${key} delete`).join('\n')).slice(0, 6)}`,
      code: Object.keys(desired.services).length === 0 ? 'EmptySource' : 'BlastRadius',
      keys,
      slots: [...new Set(gone.map((target) => target.slot))].sort(),
      services,
      message: why,
      data: dataOf(gone),
      confirmable: true,
    },
  };
}

function tooMuch(world: World, losing: ReadonlySet<string>, present: ReadonlySet<string>): string | undefined {
  const { desired, history } = world.input;
  const { services, percent } = desired.policy.blast;
  const whole = [...losing].filter((service) => desired.services[service] === undefined);
  if (whole.length === present.size && whole.length > 0)
    return `everything would be removed (${whole.length} of ${present.size} services)`;
  const share = Math.round((losing.size / Math.max(1, present.size)) * 100);
  if (losing.size > services && share > percent) {
    return `${losing.size} of ${present.size} services would be removed (limits ${services} and ${percent} %)`;
  }
  for (const stage of new Set(whole.map((service) => history.lastServices[service]))) {
    if (stage === undefined) continue;
    const inStage = Object.entries(history.lastServices).filter(([, name]) => name === stage);
    const remaining = Object.values(desired.services).some((service) => desired.stages[service.stage]?.name === stage);
    if (!remaining && inStage.every(([service]) => losing.has(service)))
      return `all of stage ${stage} would be removed`;
  }
  return undefined;
}

/** One of them serves what this node's own drivers talk to: without it names, routes or certificates cannot be set any more. */
function vital(world: World, gone: readonly Draft[]): string | undefined {
  const { relies = [] } = world.input.desired.policy;
  for (const { by, ip, port } of relies) {
    const needed = (['tcp', 'udp'] as const).map((protocol) => portClaim(protocol, ip, port));
    const server = gone.find(({ observed }) =>
      observed?.claims.some((held) => needed.some((one) => clashes(held, one))),
    );
    if (server !== undefined)
      return `${server.services.join(', ')} serves ${ip}:${port}, which ${by} of this node needs`;
  }
  return undefined;
}

/** Volumes and directories of what goes: they stay. */
function dataOf(gone: readonly Draft[]): string[] {
  const data = new Set<string>();
  for (const target of gone) {
    for (const claim of target.observed?.claims ?? []) if (claim.kind === 'volume') data.add(claim.value);
  }
  return [...data].sort();
}

/** The third revert of somebody's change by hand within ten minutes: two masters are fighting, a person decides. */
function contested(world: World): { hold: Hold; drafts: Set<Draft> }[] {
  const { history, now } = world.input;
  const found: { hold: Hold; drafts: Set<Draft> }[] = [];
  for (const target of world.bound.values()) {
    const byHand = target.type === 'rebuild' && target.reason.code === 'Rebuilt';
    const removed =
      target.type === 'make' && target.reason.code === 'Missing' && history.slots[target.slot]?.readySinceBoot === true;
    if (!byHand && !removed) continue;
    const recent = (history.slots[target.slot]?.reverts ?? []).filter((at) => at > now - contestedWindowMs);
    if (recent.length < contestedReverts - 1) continue;
    found.push({
      drafts: new Set([target]),
      hold: {
        id: `h${digest(`contested ${target.slot}`).slice(0, 6)}`,
        code: 'Contested',
        keys: [target.key],
        slots: [target.slot],
        services: target.services,
        message: `changed by hand and put back ${recent.length} times in 10 min; somebody else is changing it`,
        data: [],
        confirmable: true,
      },
    });
  }
  return found;
}

/** What a kind does not dare to decide: data that is not what it was, a clock that jumped. One hold for one question. */
function asked(world: World): { hold: Hold; drafts: Set<Draft> }[] {
  const questions = new Map<string, { readonly ask: Ask; readonly drafts: Draft[] }>();
  for (const target of world.drafts.values()) {
    if (target.asks === undefined || target.wait !== undefined) continue;
    const known = questions.get(target.asks.id);
    if (known === undefined) questions.set(target.asks.id, { ask: target.asks, drafts: [target] });
    else known.drafts.push(target);
  }
  return [...questions.values()].map(({ ask: { code, id, message }, drafts }) => {
    const keys = drafts.map(({ key }) => key).sort();
    const about = new Set<string>(keys);
    const users = [...world.bound.values()].filter(({ references }) =>
      references.some((ref) => 'key' in ref && about.has(ref.key)),
    );
    const slots = users.map(({ slot }) => slot).sort();
    const services = [...new Set(drafts.flatMap((target) => target.services))].sort();
    return {
      drafts: new Set(drafts),
      hold: { id, code, keys, slots, services, message, data: [], confirmable: true },
    };
  });
}
