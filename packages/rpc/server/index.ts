export type { Answering, Handlers } from './handlers.ts';
export { type RpcServer, type ServeOptions, serveRpc } from './serve.ts';
