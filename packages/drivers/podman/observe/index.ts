export type { PodmanSettings } from '../settings.ts';
export { foreseeStore } from './foresee.ts';
export { podmanKinds, podmanName, podmanObserver } from './observe.ts';
