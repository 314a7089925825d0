import type { Comparison, KindDefinition, KindView, Step } from '../../model/contract.ts';
import { type Request, requestReason } from '../../model/history.ts';
import type { Json } from '../../model/json.ts';
import type { ObservedResource } from '../../model/observed.ts';
import type { Resource } from '../../model/resource.ts';
import { containerReferences } from '../container/needs.ts';
import type { ContainerSpec } from '../container/spec.ts';
import { upgradeContainer } from '../container/upgrade.ts';
import { left } from '../simple.ts';

/** A container that runs to its end. Never has routes or fixed ports. */
export interface JobSpec {
  readonly when: 'before-start' | 'before-update' | 'after-update' | 'schedule' | 'manual';
  readonly run: ContainerSpec;
  readonly timeoutMs: number;
  /** cron, only for `schedule`. */
  readonly schedule: string;
  readonly timezone: string;
  readonly overlap: 'skip' | 'queue' | 'replace';
  readonly catchUp: boolean;
}

export interface JobState {
  /** What its last finished run was for; '' when it never finished. */
  readonly mark: string;
  readonly exitCode: number;
  readonly startedAt: number;
  readonly finishedAt: number;
}

export interface RunArgs {
  /** Container name of the run. */
  readonly name: string;
  readonly spec: JobSpec;
  readonly specHash: string;
  readonly bootId: string;
  readonly requestId: string | null;
}

/** What one run is good for: a boot and spec (before-start) or an image (before-update, after-update). */
export function jobMark(when: JobSpec['when'], specHash: string, imageId: string, bootId: string): string {
  return when === 'before-start' ? `${imageId}|${specHash}|${bootId}` : imageId;
}

/** Container name of a job's run. */
export function jobContainer(slot: string, specHash: string): string {
  return `${slot.replaceAll('/', '-')}-${specHash.slice(0, 8)}`;
}

/** A run to the end, tied to starts and updates of its service, or asked for by hand. Its mark lies in the ledger. */
export const job: KindDefinition<JobSpec, JobState> = {
  kind: 'job',
  version: 1,
  staged: true,
  mutable: true,
  optional: false,
  retires: false,
  upgrade(recorded, from) {
    const given = recorded as unknown as JobSpec;
    const run = upgradeContainer(given.run as unknown as Json, from);
    return run === undefined ? undefined : { ...given, run };
  },
  references: (spec) => containerReferences(spec.run),
  claims: () => [],
  compare,
  ready: (_desired, observed) => observed.state.exitCode === 0,
  steps(turn, view): readonly Step[] {
    if ((turn.type !== 'make' && turn.type !== 'update') || turn.desired === undefined) return [];
    const { spec, specHash } = turn.desired;
    const args: RunArgs = {
      name: jobContainer(turn.slot, specHash),
      spec,
      specHash,
      bootId: view.observed.bootId,
      requestId: requested(turn.desired, turn.observed, view)?.id ?? null,
    };
    return [
      { verb: 'run', phase: 'make', args: args as unknown as Json, risk: 'safe', timeoutMs: spec.timeoutMs + 60_000 },
    ];
  },
  effect(action, _before, observed) {
    const args = action.args as unknown as RunArgs;
    const mark = jobMark(args.spec.when, args.specHash, simulatedImage(args.spec, observed.resources), args.bootId);
    return left(action, { mark, exitCode: 0, startedAt: observed.at, finishedAt: observed.at });
  },
  image: (spec) => spec.run.image,
};

function simulatedImage(spec: JobSpec, resources: Readonly<Record<string, ObservedResource>>): string {
  return (resources[`image/${spec.run.image}`]?.state as { imageId?: string } | undefined)?.imageId ?? '';
}

function compare(
  desired: Resource<JobSpec>,
  observed: ObservedResource<JobState> | undefined,
  view: KindView,
): Comparison {
  const { when } = desired.spec;
  const asked = requested(desired, observed, view);
  if (asked !== undefined) return { verdict: 'update', how: 'run', fields: [], reason: requestReason(asked) };
  if (when === 'manual' || when === 'schedule') return { verdict: 'same' };
  if (observed === undefined) return { verdict: 'make' };
  const imageId = view.pin(desired.spec.run.image)?.imageId;
  if (imageId === undefined || observed.state.mark !== jobMark(when, desired.specHash, imageId, view.observed.bootId)) {
    return { verdict: 'update', how: 'run', fields: [], reason: { code: 'Changed', text: when } };
  }
  if (observed.state.exitCode === 0) return { verdict: 'same' };
  const message = `job ${desired.slot} ended with ${observed.state.exitCode}; it runs again after a new image or: reconcile retry ${desired.services[0] ?? ''}`;
  return { verdict: 'blocked', code: 'JobFailed', on: desired.slot, message };
}

function requested(
  desired: Resource<JobSpec>,
  observed: ObservedResource<JobState> | undefined,
  view: KindView,
): Request | undefined {
  return view.history.requests.find(
    (request) =>
      request.verb === 'run' && request.target === desired.slot && (observed?.state.startedAt ?? 0) < request.at,
  );
}
