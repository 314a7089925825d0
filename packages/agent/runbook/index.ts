export { collectRunbook, type RunbookInput } from './collect.ts';
export { type Runbook, runbookText } from './runbook.ts';
