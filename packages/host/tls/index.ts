export * from './bundle.ts';
export * from './changed.ts';
export type { Handshake, HandshakeOptions } from './handshake.ts';
