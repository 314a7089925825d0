export { rfc2136Observer } from './observe.ts';
export { type Rfc2136Settings, rfc2136Settings } from './settings.ts';
