export { loadNodeConfig } from '../load.ts';
