import { renameSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { bundleScript } from './script.ts';

/**
 * Writes the cache of one file of the bundle. `isWhole`: with every function compiled, not only those that loading it calls. That
 * pays for files most of whose functions are called; of the others compiled code that is not used takes longer to read
 * than the rest takes to compile (0020). The flag is back before the cache is made: the flags are part of what V8 compares. Not in
 * script.ts, which is on the way of every start.
 */
export function writeCache(path: string, cachePath: string, isWhole: boolean): void {
  if (isWhole) setFlagsFromString('--no-lazy');
  const script = bundleScript(path);
  if (isWhole) setFlagsFromString('--lazy');
  writeFileSync(`${cachePath}.new`, script.createCachedData());
  renameSync(`${cachePath}.new`, cachePath);
}
