import type { Draft } from './draft.ts';
import type { World } from './world.ts';

/** Who refers to whom by what was observed: by key, or by slot (a route to the containers of a component). */
export class Users {
  readonly #world: World;
  /** Built when first asked: a quiet node never asks. */
  #index: Map<string, Draft[]> | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  #users(name: string): readonly Draft[] {
    this.#index ??= this.#build();
    return this.#index.get(name) ?? [];
  }

  #build(): Map<string, Draft[]> {
    const index = new Map<string, Draft[]>();
    const add = (name: string, user: Draft) => {
      const list = index.get(name);
      if (list === undefined) index.set(name, [user]);
      else if (!list.includes(user)) list.push(user);
    };
    const replicas = new Map<string, string[]>();
    for (const slot of this.#world.seenBySlot.keys()) {
      const component = slot.replace(/\/\d+$/, '');
      if (component !== slot) replicas.set(component, [...(replicas.get(component) ?? []), slot]);
    }
    for (const user of this.#world.drafts.values()) {
      for (const ref of user.observed?.references ?? []) {
        if ('key' in ref) add(ref.key, user);
        else for (const slot of [ref.slot, ...(replicas.get(ref.slot) ?? [])]) add(`slot:${slot}`, user);
      }
    }
    return index;
  }

  byKey(target: Draft): readonly Draft[] {
    return this.#users(target.key);
  }

  bySlot(target: Draft): readonly Draft[] {
    return target.def.mutable ? [] : this.#users(`slot:${target.slot}`);
  }

  of(target: Draft): readonly Draft[] {
    return [...this.byKey(target), ...this.bySlot(target)];
  }
}
