export { type Caller, callerOf, type Heard } from './caller.ts';
export { type Credentials, makePki, type Pki } from './pki.ts';
