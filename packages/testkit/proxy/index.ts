export * from './actions.ts';
export * from './backend.ts';
export * from './context.ts';
export * from './converge.ts';
export * from './existing.ts';
export * from './fake.ts';
export * from './haproxy.ts';
export * from './load.ts';
