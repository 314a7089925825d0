export { parseInWorker, type WorkerOptions } from './parse-in-worker.ts';
export { isParseWorker, serveParse } from './serve.ts';
