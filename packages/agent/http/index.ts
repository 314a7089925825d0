export type { HttpOptions, SourceHook } from './context.ts';
export { timedHost } from './metrics/index.ts';
export { type HttpServer, httpSocket, startHttp } from './start.ts';
