export { secretNames } from '../secrets.ts';
export { networkCommand, secretCommand, volumeCommand } from './needs.ts';
export { type RunRequest, runCommand } from './run.ts';
