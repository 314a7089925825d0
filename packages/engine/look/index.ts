export * from './glance.ts';
export * from './observer.ts';
export * from './probe-dns.ts';
export * from './probe-grpc.ts';
export * from './probe-tcp.ts';
