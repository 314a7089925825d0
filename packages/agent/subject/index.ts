export { noService } from './errors.ts';
export { planMovedOn } from './moved.ts';
export { absenceNamed, plainName, rowsNamed } from './named.ts';
export { assertKnown, type ScopeOptions, scopeOf } from './scope.ts';
