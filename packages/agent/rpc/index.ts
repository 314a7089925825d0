export { type RpcOptions, startRpc } from './start.ts';
