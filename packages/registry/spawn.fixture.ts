import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, onTestFinished } from 'vitest';

const here = dirname(fileURLToPath(import.meta.url));
const nativeBinding = createRequire(import.meta.url).resolve('better-sqlite3/build/Release/better_sqlite3.node');

export interface Child {
  readonly pid: number;
  /** The next line it says. Rejects when it ends or is silent for 20 s. */
  line(): Promise<string>;
  say(text: string): void;
  /** Resolves when it has ended; all lines not yet taken. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<string[]>;
}

/** Builds child.fixture.ts into one file, as it would run in a packed install: once per test file. */
export function childProgram(): (what: string, ...args: readonly string[]) => Child {
  const dir = mkdtempSync(join(tmpdir(), 'reconcile-child-'));
  const program = join(dir, 'child.cjs');
  const entryPoints = [join(here, 'child.fixture.ts')];
  const logOverride = { 'empty-import-meta': 'silent' } as const;
  buildSync({ entryPoints, outfile: program, bundle: true, platform: 'node', format: 'cjs', logOverride });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  return (what, ...args) => start(program, [what, ...args]);
}

function start(program: string, args: readonly string[]): Child {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, NATIVE: nativeBinding },
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { pid: child.pid ?? 0, ...conversation(child, ended) };
}

function conversation(child: ChildProcess, ended: Promise<void>): Omit<Child, 'pid'> {
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new TypeError('the child has no pipes');
  const said: string[] = [];
  let wake = () => {};
  createInterface({ input: stdout }).on('line', (line) => {
    said.push(line);
    wake();
  });
  let over = false;
  void ended.then(() => {
    over = true;
    wake();
  });
  stdin.on('error', () => {});
  return {
    async line() {
      while (said.length === 0) {
        if (over) throw new Error('the child ended');
        await new Promise<void>((resolve, reject) => {
          const timer = setTimeout(() => reject(new Error('the child says nothing')), 20_000);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      return said.shift() ?? '';
    },
    say: (text) => void stdin.write(`${text}\n`),
    async kill(signal) {
      child.kill(signal);
      await ended;
      return said.splice(0);
    },
  };
}
