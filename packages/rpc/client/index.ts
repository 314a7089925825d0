export { type Conversation, connectRpc, type RpcAddress, type RpcClient } from './connect.ts';
export { connectRpcOver, type RpcOverStream } from './over-stream.ts';
