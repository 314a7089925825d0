export { findAgent, type Remote } from './find.ts';
export { remoteService } from './service.ts';
