export { type Beside, Helpers, type Loss } from './helpers.ts';
export { type ContainerHint, watchContainerEvents, watchExits } from './hints.ts';
