export { Notifier } from './notifier.ts';
export { mistakeOf } from './template.ts';
