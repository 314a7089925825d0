import { dirname, join } from 'node:path';
import { bundleScript } from '../packages/cli/bundle/script.ts';

// Starts the bundled planner.ts beside it as the command's own loader does.

const path = join(__dirname, 'planner.js');
const run = bundleScript(path, `${path}.cache`).runInThisContext() as (...args: unknown[]) => void;
run(require, dirname(path));
