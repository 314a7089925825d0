export { FakePodman, type FakePodmanOptions } from './podman.ts';
export type { FakeContainer, FakeFaults, FakeState } from './podman-state.ts';
