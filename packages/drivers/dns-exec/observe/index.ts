export { dnsExecObserver } from './observe.ts';
export { type DnsExecSettings, dnsExecSettings } from './settings.ts';
