import type { ContainerSpec } from '@reconcile/core/kinds/container';
import type { JobSpec } from '@reconcile/core/kinds/job';
import { type Check, commitText, momentText, versionOf } from '@reconcile/core/render';
import { badVersion } from '../standing/container.ts';
import { edgeLack, type WantedContainer } from '../standing/scene.ts';
import { type Case, serviceOf, when } from './case.ts';

/** From the file to the version that counts: what stands in the way before anything is made. */
export function definitionChecks(of: Case): Check[] {
  return [source(of), declared(of), allowed(of), active(of), hold(of), version(of)].flatMap((check) => check ?? []);
}

function source({ standing }: Case): Check | undefined {
  if (standing.source.isWell) return undefined;
  return {
    gate: 'source',
    verdict: 'wait',
    text: `${standing.source.text}; what is explained here is ${standing.commit.slice(0, 7)}`,
  };
}

function declared(of: Case): Check {
  const { facts, row, scene, wanted } = of;
  if (row.isLeaving === true) {
    const by = facts.wantedBy === undefined ? '' : ` since ${commitText(facts.wantedBy, (at) => when(of, at))}`;
    return {
      gate: 'declared',
      verdict: 'no',
      text: `services/${serviceOf(of)}.toml does not declare it any more${by}`,
    };
  }
  const stage = wanted?.stage === undefined ? undefined : scene.desired.stages[wanted.stage]?.name;
  const by = facts.wantedBy === undefined ? '' : `${commitText(facts.wantedBy, (at) => when(of, at))}, `;
  const place = `on ${scene.desired.node}${stage === undefined ? '' : `, stage ${stage}`}`;
  return { gate: 'declared', verdict: 'ok', text: `${by}${place}` };
}

function allowed({ facts, row, scene, slot }: Case): Check | undefined {
  if (row.isLeaving === true) return undefined;
  const refusal = scene.desired.refusals.find((one) => one.slot === slot);
  if (edgeLack(scene, slot) !== undefined) return { gate: 'route', verdict: 'no', text: refusal?.message ?? '' };
  if (refusal === undefined)
    return { gate: 'allowed', verdict: 'ok', text: '[policy] of this node has nothing against it' };
  return { gate: 'allowed', verdict: 'no', text: `${refusal.message} (${facts.configPath})` };
}

function active({ wanted }: Case): Check | undefined {
  if (wanted?.active !== false) return undefined;
  return { gate: 'active', verdict: 'info', text: 'active = false: it is kept, stopped' };
}

/** Known-bad is told with the version. */
function hold({ scene, slot }: Case): Check | undefined {
  const found = scene.holds.get(slot);
  if (found === undefined || found.code === 'KnownBad') return undefined;
  return { gate: 'held', verdict: 'no', text: `${found.id}: ${found.message}` };
}

function version(of: Case): Check | undefined {
  const { scene, slot, wanted } = of;
  if (wanted === undefined) return undefined;
  const name = versionOf(imageOf(of));
  const history = scene.history.slots[slot];
  const good = history?.lastGood;
  const lastGood =
    good === undefined
      ? 'none was ever ready here'
      : `last good: ${versionOf((good.resource.spec as unknown as ContainerSpec).image)}, ready ${momentText(good.at, scene.now, of.zone)}`;
  const isBad = scene.holds.get(slot)?.code === 'KnownBad';
  const bad = badVersion(scene, slot, wanted as unknown as WantedContainer);
  if (!isBad) {
    const others = (history?.knownBad ?? []).length;
    const more = others === 0 ? '' : `; ${others} other${others === 1 ? ' is' : 's are'} known to be bad`;
    return wanted.kind === 'job' ? undefined : { gate: 'version', verdict: 'ok', text: `${name}, ${lastGood}${more}` };
  }
  const since = bad === undefined ? '' : ` since ${when(of, bad.at)}`;
  return {
    gate: 'version',
    verdict: 'no',
    text: `${name} is known to be bad here${since}: ${bad?.reason ?? 'its gate was not passed'}`,
    details: [
      lastGood,
      `it is tried again when the definition or its image changes, or: reconcile retry ${of.row.name}`,
    ],
  };
}

export function imageOf({ row, seen, wanted }: Case): string {
  if (wanted?.kind === 'job') return (wanted.spec as unknown as JobSpec).run.image;
  const spec = (wanted?.spec ?? seen?.spec) as unknown as ContainerSpec | undefined;
  return spec?.image ?? row.version;
}
