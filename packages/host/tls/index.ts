export * from './bundle.ts';
export type { Handshake, HandshakeOptions } from './handshake.ts';
