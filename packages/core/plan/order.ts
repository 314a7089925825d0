import { errorFactory } from '../model/error.ts';
import { coreErrors } from '../model/errors.ts';
import type { ActionId } from '../model/plan.ts';
import type { Graph, Node } from './link.ts';

const fail = errorFactory(coreErrors);

/**
 * Stable topological order: of all that may go next, the one that comes first by stage, service, key and place in its
 * chain. Same nodes in any order give the same list. Barriers are passed on the way, not listed. @throws PLAN_CYCLE
 */
export function order(graph: Graph): Node[] {
  const ranked = graph.nodes.map((node) => ({ node, rank: rankOf(node) })).sort(byRank);
  const at = new Map<ActionId, number>(ranked.map(({ node }, i) => [node.id, i]));
  const blocks = new Map<ActionId, ActionId[]>();
  const open = new Map<ActionId, number>();
  const enter = (id: ActionId, needs: Iterable<ActionId>) => {
    let count = 0;
    for (const need of needs) {
      if (!at.has(need) && !graph.barriers.has(need)) continue;
      count++;
      const list = blocks.get(need);
      if (list === undefined) blocks.set(need, [id]);
      else list.push(id);
    }
    open.set(id, count);
  };
  for (const { node } of ranked) enter(node.id, node.needs);
  for (const [id, needs] of graph.barriers) enter(id, needs);

  const heap = new Heap();
  const free = (id: ActionId) => {
    const i = at.get(id);
    if (i !== undefined) heap.push(i);
    else pass(id);
  };
  const pass = (id: ActionId) => {
    for (const next of blocks.get(id) ?? []) {
      const left = (open.get(next) ?? 0) - 1;
      open.set(next, left);
      if (left === 0) free(next);
    }
  };
  for (const [id, count] of [...open]) if (count === 0) free(id);
  const sorted: Node[] = [];
  for (let i = heap.pop(); i !== undefined; i = heap.pop()) {
    const node = ranked[i]?.node;
    if (node === undefined) break;
    sorted.push(node);
    pass(node.id);
  }
  if (sorted.length !== graph.nodes.length) {
    const stuck = ranked.map(({ node }) => node.id).filter((id) => (open.get(id) ?? 0) > 0);
    throw fail('PLAN_CYCLE', { message: `order the plan: these need each other: ${stuck.slice(0, 8).join(', ')}` });
  }
  return sorted;
}

interface Rank {
  readonly stage: number;
  readonly service: string;
  readonly key: string;
  readonly id: string;
}

function rankOf(node: Node): Rank {
  const { draft } = node;
  return { stage: draft.desired?.stage ?? 1_000, service: draft.services[0] ?? '', key: draft.key, id: node.id };
}

function byRank(a: { rank: Rank }, b: { rank: Rank }): number {
  const [x, y] = [a.rank, b.rank];
  return x.stage - y.stage || compare(x.service, y.service) || compare(x.key, y.key) || compare(x.id, y.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Smallest number first. */
class Heap {
  readonly #items: number[] = [];

  push(value: number): void {
    const items = this.#items;
    items.push(value);
    let at = items.length - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if ((items[up] ?? 0) <= (items[at] ?? 0)) break;
      this.#swap(up, at);
      at = up;
    }
  }

  pop(): number | undefined {
    const items = this.#items;
    const top = items[0];
    const tail = items.pop();
    if (top === undefined || tail === undefined || items.length === 0) return top;
    items[0] = tail;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const right = left + 1;
      let least = at;
      if (left < items.length && (items[left] ?? 0) < (items[least] ?? 0)) least = left;
      if (right < items.length && (items[right] ?? 0) < (items[least] ?? 0)) least = right;
      if (least === at) return top;
      this.#swap(least, at);
      at = least;
    }
  }

  #swap(a: number, b: number): void {
    const items = this.#items;
    const held = items[a] ?? 0;
    items[a] = items[b] ?? 0;
    items[b] = held;
  }
}
