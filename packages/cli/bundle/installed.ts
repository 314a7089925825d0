import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { nativeCandidates, nativeFolder } from '@reconcile/registry/bundled';
import { bundleFiles, wholeFiles } from './parts.ts';
import { writeCache } from './write-cache.ts';

// What npm runs after an installation. Neither half failing is a failed installation: without the cache the command starts a
// little later, and without SQLite it says what to type.

declare const SQLITE_VERSION: string;

const root = join(__dirname, '..');

function hasNative(): boolean {
  return nativeCandidates(root).some((candidate) => {
    try {
      require(candidate);
      return true;
    } catch {
      return false;
    }
  });
}

/** The package carries the native half for one platform only; elsewhere npm fetches or compiles it, below this package. */
function installNative(): void {
  const npm = process.env.npm_execpath;
  if (npm === undefined) return;
  const wanted = `better-sqlite3@${SQLITE_VERSION}`;
  const args = ['install', '--prefix', root, '--no-save', '--no-package-lock', '--no-audit', '--no-fund', wanted];
  const env = { ...process.env, npm_config_global: 'false', npm_config_location: 'project' };
  const { status } = spawnSync(process.execPath, [npm, ...args], { env, stdio: 'ignore', timeout: 600_000 });
  if (status !== 0) console.error(`no SQLite for ${nativeFolder()} yet: npm install -g ${wanted}`);
}

try {
  for (const file of bundleFiles) {
    writeCache(join(__dirname, file), join(__dirname, `${file}.cache`), wholeFiles.has(file));
  }
} catch (error) {
  console.error(
    `no code cache (${error instanceof Error ? error.message : String(error)}): the command starts a little later`,
  );
}
if (!hasNative()) installNative();
