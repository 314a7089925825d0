import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Target } from './target.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/**
 * A target as one file, near to what is shipped: what it loads late costs nothing, and its coverage is its file's. fast-check stays
 * outside, since it is not what is looked at.
 */
export async function bundledTarget(name: string): Promise<Target> {
  const folder = await mkdtemp(join(root, 'node_modules', '.fuzz-'));
  try {
    await build({
      entryPoints: { [name]: join(import.meta.dirname, `${name}.ts`) },
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['fast-check', 'typescript'],
      logLevel: 'error',
    });
    const { target } = (await import(join(folder, `${name}.mjs`))) as { target: Target };
    return target;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Scripts of bundles. */
export const bundles = /\/\.fuzz-[^/]+\//;
