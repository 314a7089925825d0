export { loadHistory } from './history.ts';
export { type JobStories, loadJobStories } from './jobs.ts';
export { loadLedger } from './ledger.ts';
