export { mcnsObserver } from './observe.ts';
export { type McnsSettings, mcnsSettings } from './settings.ts';
