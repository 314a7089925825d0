import type { WaitCode } from '../model/plan.ts';
import { type Draft, standsReady } from './draft.ts';
import type { World } from './world.ts';

/**
 * Boot stages: who has not been ready since this boot waits for every lower stage; who has been is repaired at once.
 * Stages are about booting, references are about changing (specs/0004-stages.md).
 */
export class Stages {
  readonly #world: World;
  readonly #byStage: Draft[][];

  constructor(world: World) {
    this.#world = world;
    this.#byStage = world.input.desired.stages.map(() => []);
    for (const target of world.drafts.values()) this.#add(target);
  }

  #add(target: Draft): void {
    const stage = target.desired?.stage;
    if (stage === undefined || !target.def.staged || target.desired?.active === false || target.type === 'retire')
      return;
    // A run that somebody asked for, or a schedule, may take hours and is no part of booting.
    if (target.def.mutable && target.reason?.code === 'Requested') return;
    this.#byStage[stage]?.push(target);
  }

  /** Does this draft still have to go through the stages? */
  boots(target: Draft): boolean {
    const stage = target.desired?.stage;
    if (stage === undefined || stage === 0 || !target.def.staged) return false;
    // What podman forgot is brought back as after a boot: all of it may be gone at once (specs/0051).
    if (target.observed !== undefined && target.def.lingers?.(target.observed) === true) return true;
    return this.#world.input.history.slots[target.slot]?.readySinceBoot !== true;
  }

  /** Has waiting for this stage gone on longer than it may, and are we told to go on? */
  #passed(stage: number): 'no' | 'continue' | 'hold' {
    const { desired, history, now } = this.#world.input;
    const definition = desired.stages[stage];
    if (definition === undefined) return 'continue';
    const since = history.stagesSince[definition.name];
    if (since === undefined || now - since < definition.timeoutMs) return 'no';
    return definition.onTimeout;
  }

  /** Why a booting draft cannot even be planned: a lower stage has somebody who waits and is not ready. */
  barrier(target: Draft): { code: WaitCode; on: string; message: string; until?: number } | undefined {
    if (!this.boots(target)) return undefined;
    const { desired, history, now } = this.#world.input;
    for (let stage = 0; stage < (target.desired?.stage ?? 0); stage++) {
      const late = (this.#byStage[stage] ?? []).find((other) => this.#isLate(other));
      if (late === undefined) continue;
      const passed = this.#passed(stage);
      if (passed === 'continue') continue;
      const definition = desired.stages[stage];
      const name = definition?.name ?? String(stage);
      const message = `stage ${name} is not ready: ${late.slot} ${late.wait?.message ?? ''}`;
      if (passed === 'hold') return { code: 'StageNotReady', on: name, message: `${message} (on_timeout = "hold")` };
      const since = history.stagesSince[name] ?? now;
      return { code: 'StageNotReady', on: name, message, until: since + (definition?.timeoutMs ?? 0) };
    }
    return undefined;
  }

  /** It waits, and nothing that was kept stands in for it. */
  #isLate(other: Draft): boolean {
    if (other.def.mutable || other.wait === undefined || standsReady(other)) return false;
    const bound = this.#world.bound.get(other.slot);
    return bound === undefined || bound === other || !standsReady(bound);
  }

  /** Name of the barrier a booting draft waits behind: that of the nearest lower stage which is still waited for. */
  behind(target: Draft): string | undefined {
    if (!this.boots(target)) return undefined;
    return this.#nearest((target.desired?.stage ?? 0) - 1);
  }

  #nearest(from: number): string | undefined {
    for (let stage = from; stage >= 0; stage--) {
      if (this.pending(stage).length > 0) return this.nameOf(stage);
    }
    return undefined;
  }

  nameOf(stage: number): string {
    return `stage/${this.#world.input.desired.stages[stage]?.name ?? stage}`;
  }

  /** Drafts of a stage whose planned readiness higher stages wait for; none once the stage is passed over. */
  pending(stage: number): readonly Draft[] {
    if (this.#passed(stage) === 'continue') return [];
    return (this.#byStage[stage] ?? []).filter((other) => other.wait === undefined && other.type !== 'same');
  }

  /** Each barrier with the drafts it stands for and the one below it. */
  barriers(): { name: string; drafts: readonly Draft[]; below: string | undefined }[] {
    return this.#byStage.flatMap((_, stage) => {
      const drafts = this.pending(stage);
      return drafts.length === 0 ? [] : [{ name: this.nameOf(stage), drafts, below: this.#nearest(stage - 1) }];
    });
  }
}
