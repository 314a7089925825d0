export * from './errors.ts';
export * from './executor.ts';
export * from './failpoint.ts';
export * from './gate.ts';
export * from './look/index.ts';
export * from './pass.ts';
export * from './probe.ts';
