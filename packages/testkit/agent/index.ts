export { movedTo, type Recording } from './documents.ts';
export { type Asked, RecordedAgent } from './recorded-agent.ts';
