export * from './actions.ts';
export * from './dnsmasq.ts';
export * from './fake.ts';
export * from './mcns-server.ts';
export * from './primary.ts';
export * from './raw-update.ts';
export * from './servers.ts';
