export { sayOverride } from './say.ts';
