import type { Step } from '../model/contract.ts';
import type { ActionId, Phase } from '../model/plan.ts';
import { type Draft, leaves, turnOf } from './draft.ts';
import type { Stages } from './stages.ts';
import type { Users } from './users.ts';
import type { World } from './world.ts';

/** An action before it is frozen: the only place where `needs` grows. */
export interface Node {
  readonly draft: Draft;
  readonly step: Step;
  readonly id: ActionId;
  readonly needs: Set<ActionId>;
}

/** Nodes, and the stage barriers that some of them need. */
export interface Graph {
  readonly nodes: readonly Node[];
  readonly barriers: ReadonlyMap<ActionId, readonly ActionId[]>;
}

/** Steps of one draft, split the way the rules talk about them. */
interface Chain {
  readonly all: readonly Node[];
  readonly release: readonly Node[];
  /** make and ready. */
  readonly make: readonly Node[];
  readonly retire: readonly Node[];
}

const empty: Chain = { all: [], release: [], make: [], retire: [] };

/**
 * The five edge rules (specs/0001-plan-is-a-dag.md), and the only file that draws an edge. `release` needs only
 * `release`, apart from early edges that are checked one by one; `make` and `ready` never need `retire`. So the graph has
 * no circle as long as references have none.
 */
export function link(world: World, stages: Stages, users: Users): Graph {
  const chains = new Map<Draft, Chain>();
  const nodes: Node[] = [];
  for (const target of world.drafts.values()) {
    const chain = chainOf(world, target);
    if (chain === undefined) continue;
    chains.set(target, chain);
    nodes.push(...chain.all);
  }
  const of = (target: Draft): Chain => chains.get(target) ?? empty;
  for (const [target, chain] of chains) {
    linkReferences(world, target, chain, of);
    linkStages(target, chain, stages);
    linkReleases(world, target, chain, users, of);
    linkRetire(world, target, chain, users, of);
  }
  const barriers = barriersOf(stages, of);
  linkEarly(world, chains, { nodes, barriers });
  return { nodes, barriers };
}

/**
 * What only tidies up comes last of all, so that it is skipped once anything failed; and not at all while something waits or
 * is held.
 */
export function tidyLast(graph: Graph, isClear: boolean): Graph {
  const isTidying = ({ draft }: Node) => draft.def.tidies === true && draft.type === 'retire';
  const tidying = graph.nodes.filter(isTidying);
  if (tidying.length === 0) return graph;
  const nodes = graph.nodes.filter((node) => !isTidying(node));
  if (!isClear) return { ...graph, nodes };
  const needed = new Set(nodes.flatMap((node) => [...node.needs]));
  for (const node of tidying) for (const { id } of nodes) if (!needed.has(id)) node.needs.add(id);
  return graph;
}

function barriersOf(stages: Stages, of: (d: Draft) => Chain): Map<ActionId, readonly ActionId[]> {
  const barriers = new Map<ActionId, readonly ActionId[]>();
  for (const { name, drafts, below } of stages.barriers()) {
    const ready = drafts.flatMap((other) => last(of(other).make)?.id ?? []);
    barriers.set(name, below === undefined ? ready : [...ready, below]);
  }
  return barriers;
}

/** Rule 1: the steps of one resource, in their order. */
function chainOf(world: World, target: Draft): Chain | undefined {
  if (target.wait !== undefined || target.kept) return undefined;
  // As it should be, and nothing parks on it: no kind has steps for that.
  if (target.type === 'same' && target.parking.length === 0) return undefined;
  const owner = world.ownerOf(target.key, target.def);
  if (owner !== undefined && target.type === 'make' && world.drafts.get(owner)?.wait !== undefined) return undefined;
  const steps = target.def.steps(turnOf(target), world.view);
  if (steps.length === 0) return undefined;
  const seen = new Map<string, number>();
  const all: Node[] = [];
  for (const step of steps) {
    const times = seen.get(step.verb) ?? 0;
    seen.set(step.verb, times + 1);
    const id = times === 0 ? `${target.key}#${step.verb}` : `${target.key}#${step.verb}.${times + 1}`;
    const before = all[all.length - 1];
    all.push({ draft: target, step, id, needs: new Set(before === undefined ? [] : [before.id]) });
  }
  const of = (...phases: Phase[]) => all.filter((node) => phases.includes(node.step.phase));
  return { all, release: of('release'), make: of('make', 'ready'), retire: of('retire') };
}

/** Rule 2: a make waits for the readiness of what it refers to. */
function linkReferences(world: World, target: Draft, chain: Chain, of: (d: Draft) => Chain): void {
  const first = chain.make[0];
  if (first === undefined || first.step.phase !== 'make') return;
  const repair =
    target.type === 'update' && world.input.history.slots[target.slot]?.readySinceBoot === true && !target.def.mutable;
  for (const ref of target.references) {
    if ('slot' in ref && repair) continue;
    for (const other of world.follow(ref)) need(first, last(of(other).make));
  }
}

/** Rule 3: a first start since boot waits for readiness of every lower stage. */
function linkStages(target: Draft, chain: Chain, stages: Stages): void {
  const first = chain.make[0];
  if (first === undefined || first.step.phase !== 'make') return;
  const barrier = stages.behind(target);
  if (barrier !== undefined) first.needs.add(barrier);
}

/** Rule 4: a make waits for the stop of whoever holds its claim; users of what stops first let go before it does. */
function linkReleases(world: World, target: Draft, chain: Chain, users: Users, of: (d: Draft) => Chain): void {
  const stop = last(chain.release);
  if (stop === undefined) return;
  for (const maker of target.releasedFor) {
    const other = world.drafts.get(maker);
    if (other !== undefined) need(of(other).make[0], stop);
  }
  const first = chain.release[0];
  for (const user of users.of(target)) need(first, last(of(user).release));
}

/** Rule 5: a retire waits for the successor's readiness and for everyone who used it to have moved off or retired. */
function linkRetire(world: World, target: Draft, chain: Chain, users: Users, of: (d: Draft) => Chain): void {
  const first = chain.retire[0];
  if (first === undefined) return;
  const successor = target.successor === undefined ? undefined : world.drafts.get(target.successor);
  if (successor !== undefined) need(first, last(of(successor).make));
  const owner = world.ownerOf(target.key, target.def);
  const holder = owner === undefined ? undefined : world.drafts.get(owner);
  if (holder !== undefined) need(first, last(of(holder).all));
  for (const user of users.of(target)) {
    if (leaves(user)) need(first, last(of(user).all));
    else if (user.def.mutable) need(first, last(of(user).make));
  }
}

/**
 * Nothing stops before what its comeback needs is there (an image pulled, a job done), nor before what others need who have
 * to let go for the same comeback, as long as that does not in turn wait for the stop. Each edge is added only if it closes
 * no circle.
 */
function linkEarly(world: World, chains: ReadonlyMap<Draft, Chain>, graph: Graph): void {
  const needsOf = new Map<ActionId, Iterable<ActionId>>(graph.barriers);
  for (const node of graph.nodes) needsOf.set(node.id, node.needs);
  const stops = new Map<ActionId, Draft>();
  for (const [target, { release }] of chains) for (const { id } of release) stops.set(id, target);
  for (const [target, chain] of chains) {
    const first = chain.release[0];
    if (first === undefined || target.def.mutable) continue;
    for (const id of beforeComeback(world, target, { chains, stops })) {
      if (!first.needs.has(id) && !reaches(id, first.id, needsOf)) first.needs.add(id);
    }
  }
}

/** What the first steps of all comebacks need that hang together by stops, those stops themselves left out. */
function beforeComeback(
  world: World,
  target: Draft,
  { chains, stops }: { chains: ReadonlyMap<Draft, Chain>; stops: ReadonlyMap<ActionId, Draft> },
): Set<ActionId> {
  const needed = new Set<ActionId>();
  const stopping = new Set([target]);
  for (const one of stopping) {
    for (const comeback of comebacks(world, one)) {
      for (const id of chains.get(comeback)?.make[0]?.needs ?? []) {
        const stopped = stops.get(id);
        if (stopped === undefined) needed.add(id);
        else stopping.add(stopped);
      }
    }
  }
  return needed;
}

/** What this stop is for: itself, its successor, or whoever needs what it holds. */
function comebacks(world: World, target: Draft): Draft[] {
  const keys = [...(target.type === 'retire' || target.type === 'stop' ? [] : [target.key]), ...target.releasedFor];
  if (target.successor !== undefined) keys.push(target.successor);
  return [...new Set(keys)].flatMap((key) => world.drafts.get(key as Draft['key']) ?? []);
}

function reaches(from: ActionId, to: ActionId, needsOf: ReadonlyMap<ActionId, Iterable<ActionId>>): boolean {
  const stack = [from];
  const seen = new Set<ActionId>();
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (id === to) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    stack.push(...(needsOf.get(id) ?? []));
  }
  return false;
}

function need(node: Node | undefined, on: Node | undefined): void {
  if (node !== undefined && on !== undefined && node.draft !== on.draft) node.needs.add(on.id);
}

function last(nodes: readonly Node[]): Node | undefined {
  return nodes[nodes.length - 1];
}
