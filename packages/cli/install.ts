import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Install } from '@reconcile/agent/desired';

/** The bundle's directory; esbuild puts it in. Without it we run from the sources. */
declare const BUNDLE_DIR: string | undefined;

/**
 * What lies beside this program, and how it was called: a link in PATH stays right when what it leads to is upgraded. The build is
 * told apart by the bundle's own size and time.
 */
export function install(version: string): Install {
  if (typeof BUNDLE_DIR === 'undefined') return {};
  const { size, mtimeMs } = statSync(join(BUNDLE_DIR, 'reconcile.js'));
  const specWorker = join(BUNDLE_DIR, 'spec-worker.js');
  const [, script] = process.argv;
  return {
    buildId: `${version}-${size}-${mtimeMs}`,
    ...(existsSync(specWorker) ? { specWorker } : {}),
    ...(script === undefined ? {} : { program: [process.execPath, script] }),
  };
}

/** The built dashboard; undefined where we run from the sources. */
export function pagesDir(): string | undefined {
  if (typeof BUNDLE_DIR === 'undefined') return undefined;
  const dir = join(BUNDLE_DIR, '..', 'dashboard');
  return existsSync(dir) ? dir : undefined;
}
