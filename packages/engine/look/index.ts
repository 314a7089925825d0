export * from './glance.ts';
export * from './observer.ts';
export * from './probe-tcp.ts';
