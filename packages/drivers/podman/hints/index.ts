export { type ContainerHint, watchContainerEvents, watchExits } from './hints.ts';
