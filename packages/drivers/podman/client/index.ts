export { cliClient } from './cli-client.ts';
export { cliReader } from './cli-reader.ts';
export { podmanClients } from './clients.ts';
export * from './contract.ts';
export { fail } from './fail.ts';
export { restClient } from './rest-client.ts';
export { restReader } from './rest-reader.ts';
