export { type DiagnosticCode, diagnosticCodes } from './codes.ts';
export { limits } from './limits.ts';
export * from './snapshot.ts';
