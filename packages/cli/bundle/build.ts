import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { writeDashboard } from './dashboard.ts';
import { layoutOf } from './layout.ts';
import { licencesOf } from './licences.ts';
import { packageManifest } from './manifest.ts';
import { wholeFiles } from './parts.ts';
import { writeBundle } from './split.ts';
import { writeCache } from './write-cache.ts';

// Writes dist/: the bundle in few files with V8's compiled code beside each, the parser's worker, a loader, SQLite's native
// half. Commands stay lazy: whatever is imported dynamically is run, and often read, at the first use.

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

/** Texts and modules of libraries that nothing here uses and every start would read. */
const leanPlugin: Plugin = {
  name: 'lean',
  setup(plugin) {
    // Messages in fifty languages; ours are English.
    plugin.onLoad({ filter: /\/zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
    // For subcommands that are programs of their own. It loads Node's network code.
    plugin.onResolve({ filter: /^(node:)?child_process$/ }, ({ importer }) =>
      importer.includes('/commander/') ? { path: 'child_process', namespace: 'nothing' } : undefined,
    );
    plugin.onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'module.exports = {};' }));
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
  define: {
    'import.meta.url': 'bundleUrl',
    BUNDLE_DIR: '__dirname',
    SQLITE_VERSION: JSON.stringify(manifestAt(join(sqlite, 'package.json')).version),
  },
  plugins: [sqlitePlugin, leanPlugin],
};

const ownUrl = "const bundleUrl = require('node:url').pathToFileURL(__filename).href;";

async function bundle(entry: string, outfile: string, banner = ownUrl): Promise<Metafile> {
  const { metafile } = await build({
    ...options,
    // What a thread runs from here cannot import(); esbuild then calls require().
    supported: { 'dynamic-import': false },
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
mkdirSync(join(dist.root, 'lib'), { recursive: true });
const made = await Promise.all([
  writeBundle(join(dist.root, 'lib'), { options, entry: join(packages, 'cli', 'main.ts'), prelude: ownUrl }),
  bundle(join(here, 'loader.ts'), dist.loader, '#!/usr/bin/env node'),
  bundle(join(here, 'installed.ts'), dist.installed, ''),
  bundle(worker, dist.specWorker),
  writeDashboard(join(packages, 'dashboard'), dist.dashboard),
]);
chmodSync(dist.loader, 0o755);
mkdirSync(dist.native, { recursive: true });
copyFileSync(join(sqlite, 'build', 'Release', 'better_sqlite3.node'), join(dist.native, 'better_sqlite3.node'));
for (const file of dist.bundle) writeCache(file, `${file}.cache`, wholeFiles.has(basename(file)));
writeFileSync(join(dist.root, 'THIRD_PARTY_LICENSES'), licencesOf(workspace, made));
writeFileSync(
  join(dist.root, 'package.json'),
  packageManifest(manifestAt(join(packages, 'cli', 'package.json')), manifestAt(join(workspace, 'package.json'))),
);
for (const page of ['LICENSE', 'README.md', 'CHANGELOG.md']) {
  if (existsSync(join(workspace, page))) copyFileSync(join(workspace, page), join(dist.root, page));
}
