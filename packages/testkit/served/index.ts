export { movedTo, type Recording } from './documents.ts';
export { emptyMoment, failingMoment, manyMoment, mixedMoment, pendingMoment, wellMoment } from './moments.ts';
export { type Asked, RecordedAgent } from './recorded-agent.ts';
export { type ServedAgent, serveAgent } from './serve.ts';
