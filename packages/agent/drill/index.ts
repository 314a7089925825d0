export { type DrillInput, type DrillNews, runDrill } from './carry-out.ts';
export type { MovedPort } from './ports.ts';
export type { DrilledSlot, DrilledStage, DrillReport } from './report.ts';
