import type { StartWait } from '../model/boot.ts';
import type { Action, Plan, Wait } from '../model/plan.ts';
import type { SlotKey } from '../model/resource.ts';

const stagePrefix = 'stage/';

/**
 * What each container's start waits for by this plan, before anything of it is done: its waits and holds, and the stages, gates, jobs
 * and images that its own steps need. Everything else a start needs (networks, ports, files) takes no time worth telling.
 */
export function startWaits({ actions, held, waiting }: Plan): ReadonlyMap<SlotKey, readonly StartWait[]> {
  const found = new Map<SlotKey, StartWait[]>();
  const add = (slot: SlotKey, wait: StartWait) => {
    const known = found.get(slot);
    if (known === undefined) found.set(slot, [wait]);
    else if (!known.some(({ kind, on }) => kind === wait.kind && on === wait.on)) known.push(wait);
  };
  for (const hold of held)
    for (const slot of hold.slots) add(slot, { kind: 'hold', on: hold.id, why: `${hold.code}: ${hold.message}` });
  for (const wait of waiting) if (wait.key.startsWith('container/')) add(wait.slot, ofWait(wait));
  const byId = new Map(actions.map((action) => [action.id, action]));
  for (const { kind, needs, slot, verb } of actions) {
    if (kind !== 'container' || (verb !== 'create' && verb !== 'start')) continue;
    for (const id of needs) {
      const wait = id.startsWith(stagePrefix)
        ? { kind: 'stage' as const, on: id.slice(stagePrefix.length), why: '' }
        : ofAction(byId.get(id), slot);
      if (wait !== undefined) add(slot, wait);
    }
  }
  return found;
}

function ofWait({ code, message, on }: Wait): StartWait {
  return code === 'StageNotReady' ? { kind: 'stage', on, why: message } : { kind: 'wait', on: code, why: message };
}

function ofAction(action: Action | undefined, own: SlotKey): StartWait | undefined {
  if (action === undefined || action.slot === own) return undefined;
  if (action.kind === 'container') return { kind: 'slot', on: action.slot, why: '' };
  if (action.kind === 'job') return { kind: 'job', on: action.slot, why: '' };
  if (action.kind === 'image') return { kind: 'image', on: action.key.slice('image/'.length), why: '' };
  return undefined;
}

/** Stages that somebody waits for by this plan. */
export function awaitedStages({ barriers, waiting }: Plan): readonly string[] {
  const waits = waiting.filter(({ code }) => code === 'StageNotReady');
  return [...new Set([...barriers.map(({ id }) => id.slice(stagePrefix.length)), ...waits.map(({ on }) => on)])];
}
