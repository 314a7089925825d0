export { type Beside, Companions, type Loss } from './companions.ts';
export { type ContainerHint, watchContainerEvents, watchExits } from './hints.ts';
