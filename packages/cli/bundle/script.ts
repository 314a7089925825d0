import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

/** The wrapper that Node puts around a CommonJS module. On the bundle's first line, so that its line numbers hold. */
const head = '(function (exports, require, module, __filename, __dirname) {';

/**
 * The bundle as a V8 script, with compiled code from `cachePath` if that fits. V8 refuses a cache of another version, other
 * flags or another source by itself; then, and without the file, it compiles as always. Node 20 has no compile cache of its
 * own (`module.enableCompileCache` came with 22).
 */
export function bundleScript(path: string, cachePath?: string): Script {
  // The bundle is ASCII: as latin1 it needs no decoding.
  const source = `${head}${readFileSync(path, 'latin1')}\n})`;
  const cachedData = cachePath === undefined ? undefined : readIfThere(cachePath);
  return new Script(source, { filename: path, ...(cachedData === undefined ? {} : { cachedData }) });
}

/**
 * Writes the cache with every function compiled, not only those that some run happened to call. The flag is back before the
 * cache is made: the flags are part of what V8 compares.
 */
export function writeCache(path: string, cachePath: string): void {
  setFlagsFromString('--no-lazy');
  const script = bundleScript(path);
  setFlagsFromString('--lazy');
  writeFileSync(`${cachePath}.new`, script.createCachedData());
  renameSync(`${cachePath}.new`, cachePath);
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
