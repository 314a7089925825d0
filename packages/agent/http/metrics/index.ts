export { type NoteCall, timedHost } from './call-times.ts';
export { AgentMetrics } from './metrics.ts';
