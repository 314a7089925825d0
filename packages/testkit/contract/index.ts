export { describeDriver, type PodmanGround } from './driver-suite.ts';
export { fakeGround } from './fake-ground.ts';
export { describeLaw, type LawWorld } from './law.ts';
export { action, type ContainerWords, containerActions, jobAction } from './node-actions.ts';
export { NodeWorld } from './node-world.ts';
export { realGround } from './real-ground.ts';
