export { jobLog, previousLog } from './apply/output.ts';
export type { PodmanClient, PodmanClients, PodmanReader } from './client/contract.ts';
export { podmanDriver } from './driver.ts';
export { podmanObserver } from './observe/observe.ts';
export type { PodmanSettings } from './settings.ts';
