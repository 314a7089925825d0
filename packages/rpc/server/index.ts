export type { Answering, Answers, From } from './answers.ts';
export { type RpcServer, type ServeOptions, serveRpc } from './serve.ts';
export { checkIdentity, type ServeTlsOptions, serveRpcTls, type TlsIdentity, type TlsServer } from './serve-tls.ts';
