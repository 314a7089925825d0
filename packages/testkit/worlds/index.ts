export * from './build.ts';
export * from './drift.ts';
export * from './effect-world.ts';
export * from './generate.ts';
export * from './sim.ts';
export * from './text.ts';
export * from './virtual-host.ts';
