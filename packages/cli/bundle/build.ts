import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { layoutOf } from './layout.ts';
import { licencesOf } from './licences.ts';
import { packageManifest } from './manifest.ts';
import { writeCache } from './script.ts';

// Writes dist/: one CommonJS bundle with V8's compiled code beside it, the parser's worker, a loader, SQLite's native half.
// One file and a code cache start faster than split modules (specs/0020-start-up.md). Commands stay lazy: esbuild wraps
// whatever is imported dynamically and runs it at the first use.

const here = dirname(fileURLToPath(import.meta.url));
const workspace = join(here, '..', '..', '..');
const packages = join(workspace, 'packages');
const dist = layoutOf(join(workspace, 'dist'));
const fromRegistry = createRequire(join(packages, 'registry', 'package.json'));
const sqlite = dirname(fromRegistry.resolve('better-sqlite3/package.json'));

const sqlitePlugin: Plugin = {
  name: 'sqlite',
  setup(plugin) {
    const standIn = join(packages, 'registry', 'bundled', 'sqlite.ts');
    plugin.onResolve({ filter: /^better-sqlite3$/ }, ({ importer }) => ({
      path: importer === standIn ? join(sqlite, 'lib', 'index.js') : standIn,
    }));
    // Its own search for the native half, which the stand-in makes unnecessary.
    plugin.onResolve({ filter: /^bindings$/ }, ({ path }) => ({ path, external: true }));
  },
};

const options: BuildOptions = {
  absWorkingDir: workspace,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  charset: 'ascii',
  legalComments: 'none',
  logLevel: 'warning',
  // What the loader runs cannot import(); esbuild then calls require().
  supported: { 'dynamic-import': false },
  define: {
    'import.meta.url': 'bundleUrl',
    BUNDLE_DIR: '__dirname',
    SQLITE_VERSION: JSON.stringify(manifestAt(join(sqlite, 'package.json')).version),
  },
  plugins: [sqlitePlugin],
};

const ownUrl = "const bundleUrl = require('node:url').pathToFileURL(__filename).href;";

async function bundle(entry: string, outfile: string, banner = ownUrl): Promise<Metafile> {
  const { metafile } = await build({
    ...options,
    entryPoints: [entry],
    outfile,
    metafile: true,
    banner: { js: banner },
  });
  return metafile;
}

interface Manifest {
  readonly version: string;
  readonly license: string;
  readonly description: string;
  readonly engines: { readonly node: string };
}

function manifestAt(path: string): Manifest {
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
}

for (const part of ['bin', 'lib', 'native']) rmSync(join(dist.root, part), { recursive: true, force: true });
const worker = join(packages, 'spec', 'parse', 'worker.ts');
const made = await Promise.all([
  bundle(join(packages, 'cli', 'main.ts'), dist.bundle),
  bundle(join(here, 'loader.ts'), dist.loader, '#!/usr/bin/env node'),
  bundle(join(here, 'installed.ts'), dist.installed, ''),
  bundle(worker, dist.specWorker),
]);
chmodSync(dist.loader, 0o755);
mkdirSync(dist.native, { recursive: true });
copyFileSync(join(sqlite, 'build', 'Release', 'better_sqlite3.node'), join(dist.native, 'better_sqlite3.node'));
writeCache(dist.bundle, dist.cache);
writeFileSync(join(dist.root, 'THIRD_PARTY_LICENSES'), licencesOf(workspace, made));
writeFileSync(
  join(dist.root, 'package.json'),
  packageManifest(manifestAt(join(packages, 'cli', 'package.json')), manifestAt(join(workspace, 'package.json'))),
);
for (const page of ['LICENSE', 'README.md', 'CHANGELOG.md']) {
  if (existsSync(join(workspace, page))) copyFileSync(join(workspace, page), join(dist.root, page));
}
