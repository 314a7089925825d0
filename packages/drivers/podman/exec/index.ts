export { type ExecChunk, type ExecSession, type ExecWish, openExec, type TerminalSize } from './session.ts';
