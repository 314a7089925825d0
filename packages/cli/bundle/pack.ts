import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Writes `dist/reconcile-<version>.tgz` from what build.ts made and returns its path. npm's cache and configuration are a
 * temporary directory's: packing touches nothing of the caller's.
 */
export function pack(): string {
  const dist = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'dist');
  const home = mkdtempSync(join(tmpdir(), 'reconcile-pack-'));
  try {
    const printed = execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', dist, dist], {
      env: { PATH: process.env.PATH, HOME: home },
      encoding: 'utf8',
      timeout: 60_000,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return join(dist, printed.trim());
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(relative(process.cwd(), pack()));
