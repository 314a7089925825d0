export { type Conversation, connectRpc, type RpcClient } from './connect.ts';
