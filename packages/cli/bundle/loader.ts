import { join } from 'node:path';
import { runBundle } from './parts.ts';

// The installed command: runs the bundle beside it, from V8's code cache where there is one.

runBundle(join(__dirname, '..', 'lib'), require);
