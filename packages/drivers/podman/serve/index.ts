export { servePodman } from './serve.ts';
