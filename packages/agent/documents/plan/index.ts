export { planDocument } from './plan.ts';
