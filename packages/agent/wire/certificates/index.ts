export { certificatesObserver } from './observe.ts';
export { certificateObservers } from './observers.ts';
export { type IssuerSettings, issuerSettings } from './tables.ts';
