export { serveSoon } from './service.ts';
