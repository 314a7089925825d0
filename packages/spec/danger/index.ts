export { dangers } from './danger.ts';
export { ownDirectories } from './data.ts';
export type { Danger, DangerInput, HostMount } from './model.ts';
