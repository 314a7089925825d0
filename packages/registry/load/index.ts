export { loadHistory } from './history.ts';
export { loadLedger } from './ledger.ts';
