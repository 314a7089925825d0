import type { Reference, ResourceKey } from '@reconcile/core';
import type { ImageState } from '@reconcile/core/kinds/image';
import type { Check } from '@reconcile/core/render';
import { jobStanding } from '../standing/job.ts';
import { isOf } from '../standing/scene.ts';
import { changeText, waitText } from '../standing/words.ts';
import type { Case } from './case.ts';
import { imageOf } from './definition.ts';

/** What must be there or ready before it may start. */
export function needChecks(of: Case): Check[] {
  if (of.wanted === undefined || of.wanted.active === false) return [];
  return [image(of), things(of), after(of), stage(of)].flatMap((check) => check ?? []);
}

function image(of: Case): Check | undefined {
  const { scene } = of;
  const ref = imageOf(of);
  const key: ResourceKey = `image/${ref}`;
  const wait = scene.plan.waiting.find((one) => one.key === key);
  if (wait !== undefined) return { gate: 'image', verdict: 'no', text: `${ref}: ${waitText(wait, scene.now)}` };
  const seen = scene.observed.resources[key]?.state as unknown as ImageState | undefined;
  const change = scene.plan.changes.find((one) => one.key === key);
  const attempt = scene.history.attempts[key];
  if (attempt !== undefined)
    return { gate: 'image', verdict: 'no', text: `${ref}: failed ${times(attempt.failures)}: ${attempt.message}` };
  if (change !== undefined)
    return { gate: 'image', verdict: 'wait', text: `${ref} is not here yet: to be fetched or built` };
  if (seen === undefined) return { gate: 'image', verdict: 'info', text: ref };
  const pin = scene.history.pins[ref];
  const pinned =
    pin === undefined || pin.imageId === seen.imageId
      ? ''
      : `; first used as ${pin.imageId.slice(0, 12)}, which is what counts`;
  return { gate: 'image', verdict: 'ok', text: `${ref} is here: ${seen.imageId.slice(0, 12)}${pinned}` };
}

function times(n: number): string {
  return n === 1 ? 'once' : `${n} times`;
}

interface Need {
  readonly name: string;
  readonly isThere: boolean;
  readonly text: string;
}

/** Networks, volumes, secrets and jobs that it refers to. */
function things(of: Case): Check | undefined {
  const keys = (of.wanted?.references ?? []).flatMap((ref) =>
    'key' in ref && !ref.key.startsWith('image/') ? [ref.key] : [],
  );
  const needs = [...new Set(keys)].map((key) => need(of, key));
  if (needs.length === 0) return undefined;
  const missing = needs.filter(({ isThere }) => !isThere);
  if (missing.length === 0) return { gate: 'needs', verdict: 'ok', text: needs.map(({ name }) => name).join(', ') };
  const [first, ...more] = missing;
  return {
    gate: 'needs',
    verdict: 'no',
    text: `${first?.name}: ${first?.text}`,
    ...(more.length === 0 ? {} : { details: more.map(({ name, text }) => `${name}: ${text}`) }),
  };
}

function need(of: Case, key: ResourceKey): Need {
  const { scene } = of;
  const name = key.replace('/', ' ');
  const wait = scene.plan.waiting.find((one) => one.key === key);
  if (wait !== undefined) return { name, isThere: false, text: waitText(wait, scene.now) };
  const hold = scene.plan.held.find(({ keys }) => keys.includes(key));
  if (hold !== undefined) return { name, isThere: false, text: `${hold.message} (${hold.id})` };
  const change = scene.plan.changes.find((one) => one.key === key);
  if (change !== undefined) return { name, isThere: false, text: changeText(change) };
  if (key.startsWith('job/')) {
    const row = jobStanding(scene, key.slice('job/'.length), of.zone);
    return { name: `${name} (${row.note})`, isThere: row.grade === 'well', text: row.note };
  }
  const isThere = scene.observed.resources[key] !== undefined;
  return { name, isThere, text: isThere ? '' : 'not there' };
}

/** Components that must be ready first. A repair of one that was ready since boot waits for none of them. */
function after(of: Case): Check | undefined {
  const slots = (of.wanted?.references ?? []).flatMap((ref: Reference) => ('slot' in ref ? [ref.slot] : []));
  if (slots.length === 0) return undefined;
  const rows = of.standing.rows.filter((row) => slots.some((slot) => isOf(row.slot, slot)));
  const late = rows.filter((row) => !(row.state === 'running' && row.health !== 'unhealthy') && row.state !== 'exited');
  const names = rows.map((row) => row.name).join(', ');
  if (late.length === 0) return { gate: 'after', verdict: 'ok', text: `${names}: ready` };
  const wait = of.scene.waits.get(of.slot);
  const [first] = late;
  return {
    gate: 'after',
    verdict: wait?.code === 'Reference' ? 'no' : 'wait',
    text: `${first?.name} is ${first?.state}${first?.note === '' ? '' : `: ${first?.note}`}`,
    details: [`reconcile explain ${first?.name}`],
  };
}

/** Boot order: a slot that was ready since this boot is repaired at once. */
function stage(of: Case): Check | undefined {
  const { scene, slot, wanted } = of;
  const index = wanted?.stage;
  if (index === undefined || index === 0) return undefined;
  const lower = scene.desired.stages.slice(0, index).map(({ name }) => name);
  if (scene.history.slots[slot]?.readySinceBoot === true)
    return { gate: 'stage', verdict: 'ok', text: 'ready since this boot: no stage is waited for any more' };
  const wait = scene.waits.get(slot);
  if (wait?.code === 'StageNotReady') return { gate: 'stage', verdict: 'no', text: waitText(wait, scene.now) };
  return { gate: 'stage', verdict: 'ok', text: `after ${lower.join(', ')}` };
}
