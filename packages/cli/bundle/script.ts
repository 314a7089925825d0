import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';

/**
 * A file of the bundle as a V8 script, with compiled code from `cachePath` if that fits. V8 refuses a cache of another version,
 * other flags or another source by itself; then, and without the file, it compiles as always. Node 20 has no compile cache of
 * its own (`module.enableCompileCache` came with 22).
 */
export function bundleScript(path: string, cachePath?: string): Script {
  // The bundle is ASCII: as latin1 it needs no decoding.
  const source = readFileSync(path, 'latin1');
  const cachedData = cachePath === undefined ? undefined : readIfThere(cachePath);
  return new Script(source, { filename: path, ...(cachedData === undefined ? {} : { cachedData }) });
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
