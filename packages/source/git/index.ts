export { type Checkout, type EditRefusal, type EditRefusalCode, inspectCheckout } from './checkout.ts';
export { type Committed, commitFile, deleteFile, type EditResult, type FileEdit } from './commit.ts';
export { type FetchContext, type Fetched, type FetchOptions, fetchedAt, fetchMirror } from './fetch.ts';
export { type FileHistoryQuery, type FileVersion, fileHistory } from './file-history.ts';
export { isBranchName } from './ref.ts';
export { findRepository, type Repository } from './repository.ts';
export type { GitSettings } from './settings.ts';
export { gitSource } from './source.ts';
export type { EditContext } from './user-command.ts';
