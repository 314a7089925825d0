export { jobLog, previousLog } from '../apply/output.ts';
export { containerLines, type LogLine, type LogOptions } from './lines.ts';
