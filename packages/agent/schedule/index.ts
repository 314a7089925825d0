export { askDue, type DueContext, type Gone } from './due.ts';
