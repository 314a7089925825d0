export { type DrillInput, type DrillReport, drill } from './drill.ts';
