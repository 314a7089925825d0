export { type Bound, exchange, type Turn, together } from './turn.ts';
