export { haproxyKinds, haproxyObserver } from './observe.ts';
