import { nodePaths } from '@reconcile/agent/node';
import type { Action, Change, FieldChange, Json, Plan } from '@reconcile/core';
import {
  type ContainerSpec,
  containerDefaults,
  containerFields,
  upgradeContainer,
} from '@reconcile/core/kinds/container';
import { type FileSpec, fileCopyPath } from '@reconcile/core/kinds/file';
import { harmless, type Line, line, piece, type Style } from '@reconcile/core/render';
import type { Sight } from '../frame/node.ts';
import { Contents } from './diff-contents.ts';
import { type FilePair, fileHunks } from './diff-files.ts';

/**
 * `plan --diff`: what each change does, field by field, and the text of mounted files line by line. Contents are what the
 * repository holds: a `{{secret:NAME}}` stays one.
 */
export async function diffLines(made: Plan, sight: Sight): Promise<Line[]> {
  const view = new DiffView(made, sight);
  const lines: Line[] = [];
  for (const change of made.changes) {
    const body = await view.body(change);
    if (body.length > 0)
      lines.push([], line(piece(change.slot, 'bold'), piece(`  ${change.kind} ${change.type}`, 'dim')), ...body);
  }
  return lines.slice(1);
}

class DiffView {
  readonly #sight: Sight;
  readonly #contents: Contents;
  readonly #actions: ReadonlyMap<string, Action>;
  /** `<container>/<target>` that its container's change already shows. */
  readonly #shown = new Set<string>();

  constructor(made: Plan, sight: Sight) {
    this.#sight = sight;
    this.#contents = new Contents(sight);
    this.#actions = new Map(made.actions.map((action) => [action.key, action]));
    for (const { fields, key, kind } of made.changes) {
      if (kind !== 'container') continue;
      for (const { field } of fields)
        if (field.startsWith('files.'))
          this.#shown.add(`${key.slice('container/'.length)}${field.slice('files.'.length)}`);
    }
  }

  body(change: Change): Promise<Line[]> | Line[] {
    if (change.kind === 'container') return this.#container(change);
    return change.kind === 'file' ? this.#file(change) : fieldLines(change.fields);
  }

  async #container(change: Change): Promise<Line[]> {
    const before = change.type === 'create' ? undefined : this.#recorded(change);
    const after = change.type === 'remove' ? undefined : this.#wanted(change);
    // A new one differs from an empty one in what its definition says.
    const fields =
      before === undefined && after !== undefined ? containerFields(containerDefaults, after, []) : change.fields;
    const targets =
      before === undefined
        ? (after?.files ?? []).map((file) => file.target)
        : change.fields.flatMap(({ field }) => (field.startsWith('files.') ? [field.slice('files.'.length)] : []));
    const lines = fieldLines(fields.filter(({ field }) => !field.startsWith('files.')));
    for (const target of targets) {
      const old = before?.files.find((file) => file.target === target)?.hash;
      const now = after?.files.find((file) => file.target === target)?.hash;
      if (old !== undefined && old === now) {
        lines.push(line('  ', piece(`${target}: a secret in it has another value`, 'change')));
        continue;
      }
      lines.push(...(await this.#hunks({ target, before: old, after: now })));
    }
    return lines;
  }

  /** A copy that somebody changed, or whose content changes while the container stays. */
  async #file(change: Change): Promise<Line[]> {
    const { container, spec } = (this.#actions.get(change.key)?.args ?? {}) as { container?: string; spec?: FileSpec };
    if (container === undefined || spec === undefined || change.type === 'create') return [];
    if (this.#shown.has(`${container}${spec.target}`)) return [];
    const pair = { target: spec.target, after: await this.#contents.byHash(spec.hash), before: undefined };
    if (spec.secrets.length > 0)
      return [line('  ', piece(`${spec.target}: holds secrets, its copy is not read`, 'dim'))];
    const copy = fileCopyPath(nodePaths(this.#sight.config).files, container, spec.target);
    return fileHunks({ ...pair, before: await this.#contents.ofCopy(copy) });
  }

  async #hunks(file: { target: string; before: string | undefined; after: string | undefined }): Promise<Line[]> {
    const read = (hash: string | undefined): Promise<FilePair['before']> =>
      hash === undefined ? Promise.resolve(undefined) : this.#contents.byHash(hash);
    return fileHunks({ target: file.target, before: await read(file.before), after: await read(file.after) });
  }

  /** What the container that stands now was made with. */
  #recorded({ key, slot }: Change): ContainerSpec | undefined {
    const { resources } = this.#sight.seen.observed;
    const standing =
      resources[key] ??
      Object.values(resources).find((one) => one.kind === 'container' && one.slot === slot && one.owner !== 'foreign');
    return standing?.spec === undefined ? undefined : upgradeContainer(standing.spec, standing.schema ?? 0);
  }

  /** What it is to be: the desired version, or the good one that stands in for it. */
  #wanted({ key, slot }: Change): ContainerSpec | undefined {
    const { desired, seen } = this.#sight;
    const good = seen.input.history.slots[slot]?.lastGood?.resource;
    const wanted =
      desired.resources[key] ??
      (good?.key === key ? good : undefined) ??
      Object.values(desired.resources).find((one) => one.kind === 'container' && one.slot === slot);
    return wanted?.spec as ContainerSpec | undefined;
  }
}

/** Old value and new value, one below the other, as JSON writes them. */
function fieldLines(fields: readonly FieldChange[]): Line[] {
  return fields.flatMap(({ field, from, to }) => [...valueLine('-', field, from), ...valueLine('+', field, to)]);
}

function valueLine(sign: '-' | '+', field: string, value: Json | undefined): Line[] {
  if (value === null || value === undefined) return [];
  const style: Style = sign === '+' ? 'add' : 'remove';
  return [line('  ', piece(`${sign} ${harmless(`${field} = ${JSON.stringify(value)}`)}`, style))];
}
