export { daemonErrors } from './errors.ts';
export { type AgentInput, type RunningAgent, runAgent } from './run.ts';
