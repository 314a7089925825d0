import type { KindDefinition, Step } from '../../model/contract.ts';
import { asRecorded, left, step } from '../simple.ts';

export interface FileSpec {
  readonly target: string;
  /** SHA-256 of the content, hex; the content itself lies in the blob store under that name. */
  readonly hash: string;
  readonly mode: string;
  readonly owner: string;
  readonly secrets: readonly string[];
}

export interface FileState {
  readonly hash: string;
  readonly mode: string;
}

/** Where a container's copy of a mounted file lies, below the node's files directory. */
export function fileCopyPath(filesDir: string, container: string, target: string): string {
  return `${filesDir}/${container}/${target.replace(/^\/+/, '').replaceAll('/', '__')}`;
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
  compare(desired, observed) {
    if (observed === undefined) return { verdict: 'make' };
    const { hash, mode } = observed.state;
    if (hash === desired.spec.hash && mode === desired.spec.mode) return { verdict: 'same' };
    const fields = [{ field: desired.spec.target, from: hash.slice(0, 12), to: desired.spec.hash.slice(0, 12) }];
    return { verdict: 'update', how: 'write', fields, reason: { code: 'Changed' } };
  },
  ready: () => true,
  steps(turn): readonly Step[] {
    const container = turn.key.split('/')[1] ?? '';
    if (turn.type === 'make') return [step('create', 'make', { container, spec: turn.desired?.spec ?? null })];
    if (turn.type === 'update') return [step('update', 'make', { container, spec: turn.desired?.spec ?? null })];
    if (turn.type === 'retire') return [step('delete', 'retire', { container })];
    return [];
  },
  effect(action, before) {
    if (action.verb === 'delete') return 'gone';
    const { spec } = action.args as unknown as { spec: FileSpec };
    return left(action, { hash: spec.hash, mode: spec.mode }, { references: before?.references ?? [] });
  },
};
