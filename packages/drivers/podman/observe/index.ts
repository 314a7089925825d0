export type { PodmanSettings } from '../settings.ts';
export { podmanKinds, podmanName, podmanObserver } from './observe.ts';
