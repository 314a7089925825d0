import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import manifest from '../package.json' with { type: 'json' };
import { layoutOf } from './layout.ts';
import { pack } from './pack.ts';
import { bundleScript } from './script.ts';

// Packs, installs into a clean prefix without network, and uses what came out: the last part of ./dev test.

const home = mkdtempSync(join(tmpdir(), 'reconcile-package-'));
const prefix = join(home, 'prefix');
const env = { PATH: `${join(prefix, 'bin')}:${process.env.PATH}`, HOME: home };

function run(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, {
    env,
    cwd: home,
    encoding: 'utf8',
    timeout: 120_000,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

function must(fact: boolean, what: string): void {
  if (!fact) throw new Error(`not so for the installed package: ${what}`);
  console.log(`ok  ${what}`);
}

/** Median of whole-process times, ms. */
function medianMs(program: string, ...args: readonly string[]): number {
  const times = Array.from({ length: 15 }, () => {
    const before = performance.now();
    run(program, ...args);
    return performance.now() - before;
  });
  return times.sort((a, b) => a - b)[7] ?? 0;
}

try {
  run('npm', 'install', '--global', '--offline', '--silent', '--prefix', prefix, pack());
  const installed = layoutOf(realpathSync(join(prefix, 'lib', 'node_modules', 'reconcile')));
  must(run('reconcile', '--version').includes(manifest.version), `reconcile --version says ${manifest.version}`);
  must(run('reconcile', '--help').includes('reconcile'), 'reconcile --help answers');
  run(process.execPath, '-e', 'require(process.argv[1])', join(installed.native, 'better_sqlite3.node'));
  must(true, 'SQLite loads');
  must(
    installed.bundle.every((file) => bundleScript(file, `${file}.cache`).cachedDataRejected === false),
    'V8 takes the code cache',
  );
  const ratio = medianMs('reconcile', '--help') / medianMs(process.execPath, '-e', '0');
  // Judged by ./dev bench: a busy machine fails no test.
  console.log(`    reconcile --help takes ${ratio.toFixed(2)}x of node -e 0`);
} finally {
  rmSync(home, { recursive: true, force: true });
}
