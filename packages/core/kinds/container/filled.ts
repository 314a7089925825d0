import type { KindView } from '../../model/contract.ts';
import type { ObservedResource } from '../../model/observed.ts';
import type { Resource } from '../../model/resource.ts';
import { rotated, unfillable, type ValueMarks, valueMarks } from '../values.ts';
import { asksFor, type FileDifference } from './fields.ts';
import type { ContainerCare, ContainerSpec, ContainerState } from './spec.ts';
import { upgradeContainer } from './upgrade.ts';

type Wanted = Resource<ContainerSpec, ContainerCare>;
type Seen = ObservedResource<ContainerState>;

/** Files that were filled with other values than they would be now, as far as these can be had. */
export function refilled(desired: Wanted, observed: Seen, view: KindView): FileDifference[] {
  return outdated(desired, observed, view).flatMap(({ asks, file, stale }): FileDifference[] => {
    if (unfillable(file.secrets, view) !== undefined) return [];
    const change = { field: `files.${file.target}`, from: `secret ${stale.join(', ')}`, to: 'its new value' };
    return [{ change, file, asks }];
  });
}

/** Why the first of them that should be filled anew cannot be: what serves goes on. */
export function outOfReach(desired: Wanted, observed: Seen, view: KindView): ReturnType<typeof unfillable> {
  for (const { file } of outdated(desired, observed, view)) {
    const why = unfillable(file.secrets, view);
    if (why !== undefined) return why;
  }
  return undefined;
}

/** By what the container was last started with or told of. A ledger that does not know it has the copy itself to ask. */
function outdated(desired: Wanted, observed: Seen, view: KindView) {
  const { files } = desired.spec;
  if (!files.some((file) => file.secrets.length > 0)) return [];
  const recorded = observed.spec === undefined ? undefined : upgradeContainer(observed.spec, observed.schema ?? 0);
  return files.flatMap((file) => {
    const asks = asksFor(file);
    if (file.secrets.length === 0 || asks === 'none') return [];
    const told = recorded?.files.find(({ target }) => target === file.target)?.values;
    const stale = rotated(file.secrets, { ...inCopy(observed.key, file.target, view), ...told }, view);
    return stale.length === 0 ? [] : [{ file, asks, stale }];
  });
}

function inCopy(container: string, target: string, view: KindView): ValueMarks | undefined {
  const key = `file/${container.slice('container/'.length)}/${target.replace(/^\//, '')}` as const;
  return (view.observed.resources[key]?.state as { readonly values?: ValueMarks } | undefined)?.values;
}

/** The spec as the ledger keeps it: with what its files are filled with. */
export function withValues(spec: ContainerSpec, view: KindView): ContainerSpec {
  if (!spec.files.some((file) => file.secrets.length > 0)) return spec;
  return {
    ...spec,
    files: spec.files.map((file) =>
      file.secrets.length === 0 ? file : { ...file, values: valueMarks(file.secrets, view) },
    ),
  };
}

/** The spec as a label may carry it. */
export function withoutValues(spec: ContainerSpec): ContainerSpec {
  if (!spec.files.some((file) => file.values !== undefined)) return spec;
  return { ...spec, files: spec.files.map(({ values: _ledgers, ...file }) => file) };
}
