export * from './admin-fault.ts';
export * from './script.ts';
export * from './world.ts';
