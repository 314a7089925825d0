export * from './compile.ts';
export type { CompileInput, CompileResult } from './context.ts';
export { type PolicyFlag, policyFlags } from './policy.ts';
