export type { EditValue } from './literal.ts';
export * from './service.ts';
export { type EditResult, setField } from './set-field.ts';
