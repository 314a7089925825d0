export { checkDnsScript, type Finding } from './conformance.ts';
export { dnsExecDriver } from './driver.ts';
export * from './errors.ts';
export * from './observe/index.ts';
export { type DnsExecTable, dnsExecTable } from './table/index.ts';
