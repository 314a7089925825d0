export type { Answering, Answers } from './answers.ts';
export { type RpcServer, type ServeOptions, serveRpc } from './serve.ts';
