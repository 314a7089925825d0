import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ChildOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Default 300 s. */
  readonly timeoutMs?: number;
  /** Exit codes that mean it did its work. Default 0 alone. */
  readonly wanted?: readonly number[];
}

export interface Ran {
  /** From before the start to the end, ms. */
  readonly tookMs: number;
  /** Wall clock at the start, ms. */
  readonly startedAt: number;
  readonly stdout: string;
}

/**
 * Runs a program to its end. Its output goes to files: what a container's monitor inherits would hold a pipe open.
 * @throws Error when it ends in another way than wanted
 */
export function runChild(argv: readonly string[], options: ChildOptions): Ran {
  const [program = '', ...args] = argv;
  const dir = mkdtempSync(join(tmpdir(), 'bench-child-'));
  const out = openSync(join(dir, 'out'), 'w');
  const err = openSync(join(dir, 'err'), 'w');
  try {
    const startedAt = Date.now();
    const before = performance.now();
    const { error, signal, status } = spawnSync(program, args, {
      env: options.env,
      cwd: options.cwd ?? '/',
      stdio: ['ignore', out, err],
      timeout: options.timeoutMs ?? 300_000,
      killSignal: 'SIGKILL',
    });
    const tookMs = performance.now() - before;
    const text = (name: string) => readFileSync(join(dir, name), 'utf8');
    if (status === null || !(options.wanted ?? [0]).includes(status)) {
      const said = `${text('out')}${text('err')}`.trim().slice(-2000);
      throw new Error(`${argv.slice(0, 6).join(' ')} ended with ${status ?? signal ?? error?.message}:\n${said}`);
    }
    return { tookMs, startedAt, stdout: text('out') };
  } finally {
    closeSync(out);
    closeSync(err);
    rmSync(dir, { recursive: true, force: true });
  }
}
