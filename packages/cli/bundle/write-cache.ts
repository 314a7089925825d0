import { renameSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { bundleScript } from './script.ts';

/**
 * Writes the cache with every function compiled, not only those that some run happened to call. The flag is back before the
 * cache is made: the flags are part of what V8 compares. Not in script.ts, which is on the way of every start.
 */
export function writeCache(path: string, cachePath: string): void {
  setFlagsFromString('--no-lazy');
  const script = bundleScript(path);
  setFlagsFromString('--lazy');
  writeFileSync(`${cachePath}.new`, script.createCachedData());
  renameSync(`${cachePath}.new`, cachePath);
}
