export { findAgent, type Remote } from './find.ts';
