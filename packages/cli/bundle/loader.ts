import { dirname, join } from 'node:path';
import { bundleScript } from './script.ts';

// The installed command: runs the bundle beside it, from V8's code cache where there is one.

const path = join(__dirname, '..', 'lib', 'reconcile.js');
const unit = { exports: {} };
const run = bundleScript(path, `${path}.cache`).runInThisContext() as (...args: unknown[]) => void;
run.call(unit.exports, unit.exports, require, unit, path, dirname(path));
