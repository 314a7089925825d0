export { unattended } from './unattended.ts';
