export { hostsObserver } from './observe.ts';
export type { HostsSettings } from './settings.ts';
