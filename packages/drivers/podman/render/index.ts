export { secretNames } from '../secrets/index.ts';
export {
  networkCommand,
  networkTest,
  secretCommand,
  secretTest,
  volumeCommand,
  volumeTest,
} from './needs.ts';
export { type RunRequest, runCommand } from './run.ts';
