import type { Comparison, KindDefinition, KindView, Step, Turn } from '../../model/contract.ts';
import type { ObservedResource } from '../../model/observed.ts';
import type { Resource } from '../../model/resource.ts';
import { asRecorded, left, step } from '../simple.ts';
import { rotated, unfillable, type ValueMarks, valueMarks } from '../values.ts';

export { type CopyDirs, copyPlace, fileCopyPath } from './place.ts';
export * from './template.ts';

export interface FileSpec {
  readonly target: string;
  /** SHA-256 of the content, hex; the content itself lies in the blob store under that name. */
  readonly hash: string;
  readonly mode: string;
  readonly owner: string;
  /** Names of `{{secret:NAME}}` inside: the copy is filled in, and lies in memory. */
  readonly secrets: readonly string[];
  /** `on_change = "none"`: what it was filled with stays, whatever the value is now. Absent: it does not. */
  readonly keeps?: boolean;
}

export interface FileState {
  /** Of what the repository has: of a filled copy, of its template. */
  readonly hash: string;
  readonly mode: string;
  /** Of a filled copy: what it was filled with. */
  readonly values?: ValueMarks;
}

export interface FileArgs {
  readonly container: string;
  readonly spec: FileSpec | null;
  /** Secret name → hash of its encrypted value in the repository; only of a file that is filled in. */
  readonly sealed?: Readonly<Record<string, string>>;
}

/** One container's own copy of a repository file, so that two versions each see theirs. */
export const file: KindDefinition<FileSpec, FileState> = {
  kind: 'file',
  version: 1,
  staged: false,
  mutable: true,
  optional: false,
  retires: true,
  partOf: 'container',
  upgrade: (recorded) => asRecorded<FileSpec>(recorded),
  references: (spec) => spec.secrets.map((name) => ({ key: `secret/${name}` })),
  claims: () => [],
  compare,
  // A value may be out of reach for long: nobody is told of a content that is not there yet.
  ready: ({ spec }, { state }) => spec.secrets.length === 0 || state.hash === spec.hash,
  steps(turn, view): readonly Step[] {
    if (turn.type === 'make') return [step('create', 'make', argsOf(turn, view))];
    if (turn.type === 'update') return [step('update', 'make', argsOf(turn, view))];
    if (turn.type === 'retire') return [step('delete', 'retire', { container: containerOf(turn) })];
    return [];
  },
  effect(action, before, observed) {
    if (action.verb === 'delete') return 'gone';
    const { spec } = action.args as unknown as { spec: FileSpec };
    const { hash, mode, secrets } = spec;
    const values = secrets.length === 0 ? {} : { values: valueMarks(secrets, { observed }) };
    return left(action, { hash, mode, ...values }, { references: before?.references ?? [] });
  },
};

function compare(
  desired: Resource<FileSpec>,
  observed: ObservedResource<FileState> | undefined,
  view: KindView,
): Comparison {
  const { spec } = desired;
  const stale = spec.keeps === true ? [] : rotated(spec.secrets, observed?.state.values ?? {}, view);
  const isSame = observed?.state.hash === spec.hash && observed.state.mode === spec.mode;
  if (isSame && stale.length === 0) return { verdict: 'same' };
  const why = unfillable(spec.secrets, view);
  if (why !== undefined) return { verdict: 'blocked', code: 'Missing', ...why };
  if (observed === undefined) return { verdict: 'make' };
  const { hash } = observed.state;
  const fields = isSame ? [] : [{ field: spec.target, from: hash.slice(0, 12), to: spec.hash.slice(0, 12) }];
  const text = stale.length === 0 ? {} : { text: `secret ${stale.join(', ')} was rotated` };
  return { verdict: 'update', how: 'write', fields, reason: { code: 'Changed', ...text } };
}

function argsOf(turn: Turn<FileSpec, FileState>, view: KindView): FileArgs {
  const spec = turn.desired?.spec ?? null;
  const sealed = (spec?.secrets ?? []).flatMap((name) => {
    const hash = (view.desired.resources[`secret/${name}`]?.spec as { readonly sealed?: string } | undefined)?.sealed;
    return hash === undefined ? [] : [[name, hash] as const];
  });
  const more = sealed.length === 0 ? {} : { sealed: Object.fromEntries(sealed) };
  return { container: containerOf(turn), spec, ...more };
}

function containerOf({ key }: Turn<FileSpec, FileState>): string {
  return key.split('/')[1] ?? '';
}
