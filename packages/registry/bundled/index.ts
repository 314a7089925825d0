export { nativeCandidates, nativeFolder } from './native.ts';
