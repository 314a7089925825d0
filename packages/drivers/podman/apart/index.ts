export { clearApart } from './clear.ts';
export { environmentApart, makeApart } from './make.ts';
export type { ApartPlace, OwnPodman } from './place.ts';
export { processesOf } from './processes.ts';
export { outside, proveApart } from './prove.ts';
export { askStore, type StoreWord } from './store.ts';
