export { adoptedIds, adoptedNote } from '../adopted.ts';
export { type Adoptable, inspectAdoptable } from './inspected.ts';
export { type ObservedSpec, observedSpec } from './observed-spec.ts';
