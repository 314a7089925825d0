export * from './recorder.ts';
export * from './report.ts';
