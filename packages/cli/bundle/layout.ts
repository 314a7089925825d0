import { join } from 'node:path';
import { nativeFolder } from '@reconcile/registry/bundled';
import { bundleFiles } from './parts.ts';

/** Where the parts of the built command lie below `dist/`. The package that npm installs has the same layout. */
export interface Layout {
  readonly root: string;
  /** What `reconcile` in PATH points to. */
  readonly loader: string;
  /** With V8's compiled code beside each as `.cache`: good for one version of Node. */
  readonly bundle: readonly string[];
  /** The parser's worker thread. */
  readonly specWorker: string;
  /** What npm runs after an installation. */
  readonly installed: string;
  readonly native: string;
  /** Built pages that the agent serves. */
  readonly dashboard: string;
}

export function layoutOf(root: string): Layout {
  return {
    root,
    loader: join(root, 'bin', 'reconcile.js'),
    bundle: bundleFiles.map((file) => join(root, 'lib', file)),
    specWorker: join(root, 'lib', 'spec-worker.js'),
    installed: join(root, 'lib', 'installed.js'),
    native: join(root, 'native', nativeFolder()),
    dashboard: join(root, 'dashboard'),
  };
}
