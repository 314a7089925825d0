export { type Danger, type DangerInput, dangers, type HostMount } from './danger.ts';
export { ownDirectories } from './data.ts';
