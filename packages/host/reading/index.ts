export { createReadHost, type HostOptions } from './host.ts';
export { type Command, isReading } from './is-reading.ts';
