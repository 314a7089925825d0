export { rpcErrors } from './errors.ts';
