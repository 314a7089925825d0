export type * from './contract.ts';
export type * from './documents.ts';
export type * from './exec.ts';
export type * from './order.ts';
export type * from './state.ts';
