import { join } from 'node:path';
import { nativeFolder } from '@reconcile/registry/bundled';

/** Where the parts of the built command lie below `dist/`. The package that npm installs has the same layout. */
export interface Layout {
  readonly root: string;
  /** What `reconcile` in PATH points to. */
  readonly loader: string;
  readonly bundle: string;
  /** V8's compiled code of the bundle: good for one version of Node. */
  readonly cache: string;
  /** The parser's worker thread. */
  readonly specWorker: string;
  /** What npm runs after an installation. */
  readonly installed: string;
  readonly native: string;
}

export function layoutOf(root: string): Layout {
  const bundle = join(root, 'lib', 'reconcile.js');
  return {
    root,
    loader: join(root, 'bin', 'reconcile.js'),
    bundle,
    cache: `${bundle}.cache`,
    specWorker: join(root, 'lib', 'spec-worker.js'),
    installed: join(root, 'lib', 'installed.js'),
    native: join(root, 'native', nativeFolder()),
  };
}
