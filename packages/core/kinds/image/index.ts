import type { Comparison, KindDefinition, KindView, Step } from '../../model/contract.ts';
import type { Instant, Json } from '../../model/json.ts';
import type { ObservedResource } from '../../model/observed.ts';
import type { Resource } from '../../model/resource.ts';

export interface ImageSpec {
  /** With tag or digest, never short. */
  readonly ref: string;
  /** Absolute paths below node.toml's `workspace`; null: it is pulled. */
  readonly build: { readonly context: string; readonly file: string } | null;
}

export interface ImageState {
  /** Id the reference means now; '' when no image has that name. */
  readonly imageId: string;
  readonly digest: string | null;
  /** The pinned id is in local storage, under whatever name. */
  readonly pinnedLocal: boolean;
  readonly bytes: number;
  /** We pulled or built it, and it goes by this one name: nobody else counts on it. */
  readonly ours?: { readonly at: Instant; readonly services: readonly string[] };
}

/** `pull` and `build` leave the reference meaning `imageId` when that is given (re-tagged if it is local). */
export interface ImageArgs {
  readonly ref: string;
  readonly build: ImageSpec['build'];
  readonly imageId: string;
  readonly digest: string | null;
}

/** `delete`: only if the reference still means that image, and it has no other name. */
export interface RemoveArgs {
  readonly ref: string;
  readonly imageId: string;
}

const pullTimeoutMs = 600_000;
const buildTimeoutMs = 1_200_000;

/** An image in local storage under the reference a definition names; what the reference means is pinned at first use. */
export const image: KindDefinition<ImageSpec, ImageState> = {
  kind: 'image',
  version: 1,
  staged: false,
  mutable: true,
  optional: false,
  retires: true,
  tidies: true,
  keeps: isKept,
  upgrade: (recorded) => recorded as unknown as ImageSpec,
  references: () => [],
  claims: () => [],
  compare,
  ready: (_desired, observed) => observed.state.imageId !== '',
  steps(turn, view): readonly Step[] {
    if (turn.type === 'retire' && turn.observed !== undefined) {
      const ref = turn.key.slice('image/'.length);
      const args: RemoveArgs = { ref, imageId: turn.observed.state.imageId };
      return [{ verb: 'delete', phase: 'retire', args: args as unknown as Json, risk: 'safe', timeoutMs: 60_000 }];
    }
    if (turn.desired === undefined || (turn.type !== 'make' && turn.type !== 'update')) return [];
    const { spec } = turn.desired;
    const pin = view.pin(spec.ref);
    const local = turn.observed?.state.pinnedLocal === true;
    const args: ImageArgs = {
      ref: spec.ref,
      build: spec.build,
      imageId: pin?.imageId ?? '',
      digest: pin?.digest ?? null,
    };
    const verb = local ? 'update' : spec.build === null ? 'pull' : 'build';
    return [
      {
        verb,
        phase: 'make',
        args: args as unknown as Json,
        risk: 'safe',
        timeoutMs: verb === 'build' ? buildTimeoutMs : verb === 'pull' ? pullTimeoutMs : 30_000,
      },
    ];
  },
  effect(action, before, observed) {
    if (action.verb === 'delete') return 'gone';
    const args = action.args as unknown as ImageArgs;
    const imageId = args.imageId === '' ? `made-${args.ref}` : args.imageId;
    const state: ImageState = {
      imageId,
      digest: args.digest,
      pinnedLocal: args.imageId !== '',
      bytes: before?.state.bytes ?? 0,
      ...(action.verb === 'update'
        ? before?.state.ours === undefined
          ? {}
          : { ours: before.state.ours }
        : { ours: { at: observed.at, services: action.services } }),
    };
    return {
      key: action.key,
      kind: 'image',
      slot: action.slot,
      services: action.services,
      owner: 'managed',
      state,
      health: observed.resources[action.key]?.health ?? 'none',
      references: [],
      claims: [],
    };
  },
};

function compare(
  desired: Resource<ImageSpec>,
  observed: ObservedResource<ImageState> | undefined,
  view: KindView,
): Comparison {
  if (observed === undefined) return { verdict: 'make' };
  const pin = view.pin(desired.spec.ref);
  const { state } = observed;
  if (state.imageId === '') return { verdict: 'update', how: 'pull', fields: [], reason: { code: 'Missing' } };
  if (pin === undefined || state.imageId === pin.imageId) return { verdict: 'same' };
  if (!state.pinnedLocal && pin.digest === undefined) return { verdict: 'same' };
  return {
    verdict: 'update',
    how: 'tag',
    fields: [{ field: 'imageId', from: state.imageId.slice(0, 12), to: pin.imageId.slice(0, 12) }],
    reason: { code: 'Changed', text: 'the tag was moved to another image' },
  };
}

/**
 * The image before the present one stays, so that going back needs no registry; so does what somebody else's container runs,
 * whatever a stage before the last used, and anything that we did not bring.
 */
function isKept(seen: ObservedResource<ImageState>, view: KindView): boolean {
  const { imageId, ours } = seen.state;
  if (ours === undefined || view.history.attempts[seen.key] !== undefined) return true;
  const { desired, observed } = view;
  const early = (name: string) =>
    (desired.services[name]?.stage ?? Number.POSITIVE_INFINITY) < desired.stages.length - 1;
  if (ours.services.some(early)) return true;
  const all = Object.values(observed.resources);
  const isRun = ({ owner, state }: ObservedResource) =>
    owner !== 'managed' && (state as { readonly imageId?: unknown } | null)?.imageId === imageId;
  if (all.some(isRun)) return true;
  const others = all.filter(
    (one) =>
      one.kind === 'image' &&
      repositoryOf(one.key) === repositoryOf(seen.key) &&
      desired.resources[one.key] === undefined,
  ) as unknown as ObservedResource<ImageState>[];
  const at = (one: ObservedResource<ImageState>) => one.state.ours?.at ?? 0;
  const [newest] = others.sort((a, b) => at(b) - at(a) || (a.key < b.key ? -1 : 1));
  return newest?.key === seen.key;
}

/** `image/registry/name:tag` without its tag. */
function repositoryOf(key: string): string {
  const colon = key.lastIndexOf(':');
  return colon > key.lastIndexOf('/') ? key.slice(0, colon) : key;
}
