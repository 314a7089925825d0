import { execFileSync } from 'node:child_process';
import { cpSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createHost, type Host } from '@reconcile/host';
import type { GitSettings } from './settings.ts';

// Real repositories for the tests of this folder.

export const definition = 'name = "web"\nimage = "example.net/web:1"\n';

/** A throw-away directory with a HOME of its own, in which a tester called Ada has a git identity. */
export class Sandbox {
  readonly dir = mkdtempSync(join(tmpdir(), 'source-'));
  readonly home = join(this.dir, 'home');
  readonly signal = new AbortController().signal;

  constructor() {
    mkdirSync(this.home);
    writeFileSync(
      join(this.home, '.gitconfig'),
      '[user]\n\tname = Ada\n\temail = ada@example.net\n[init]\n\tdefaultBranch = main\n[protocol "file"]\n\tallow = always\n',
    );
  }

  /** A host whose children see this HOME; more variables reach git where the host hands them on. */
  host(env: Readonly<Record<string, string>> = {}): Host {
    return createHost({ env: { PATH: process.env.PATH, HOME: this.home, ...env } });
  }

  context(env: Readonly<Record<string, string>> = {}) {
    return { host: this.host(env), signal: this.signal };
  }

  repository(name: string, ...init: string[]): SampleRepository {
    const repository = new SampleRepository(join(this.dir, name), this.home);
    mkdirSync(repository.path);
    repository.git('init', '-q', ...init);
    return repository;
  }

  /** A repository with one commit: a copy, since making one takes five processes. */
  sample(name: string): SampleRepository {
    template ??= makeTemplate();
    cpSync(join(template.dir, 'template'), join(this.dir, name), { recursive: true });
    return new SampleRepository(join(this.dir, name), this.home);
  }

  clone(from: SampleRepository, name: string, ...options: string[]): SampleRepository {
    const repository = new SampleRepository(join(this.dir, name), this.home);
    from.git('clone', '-q', ...options, `file://${from.path}`, repository.path);
    return repository;
  }

  settings(path: string, more: Partial<GitSettings> = {}): GitSettings {
    return { path, branch: 'main', subdir: '', remote: '', mirror: join(this.dir, 'state', 'mirror'), ...more };
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

let template: Sandbox | undefined;

/** For all files that one process of tests runs: it goes with the directory of the run. */
function makeTemplate(): Sandbox {
  const box = new Sandbox();
  box.repository('template').commit(undefined, 'The first\n\nReconcile-Allow: remove old');
  return box;
}

export class SampleRepository {
  constructor(
    readonly path: string,
    private readonly home: string,
  ) {}

  git(...args: string[]): string {
    return execFileSync('git', args, {
      cwd: this.path,
      env: this.env(),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  }

  /** git with something on its stdin. */
  pipe(input: string | Uint8Array, ...args: string[]): string {
    return execFileSync('git', args, {
      cwd: this.path,
      env: this.env(),
      encoding: 'utf8',
      input,
      stdio: ['pipe', 'pipe', 'ignore'],
    }).trim();
  }

  write(path: string, text: string | Uint8Array): void {
    mkdirSync(dirname(join(this.path, path)), { recursive: true });
    writeFileSync(join(this.path, path), text);
  }

  /** Writes these files, commits everything, and gives the commit. */
  commit(
    files: Readonly<Record<string, string>> = { 'fleet.toml': 'name = "home"\n', 'services/web.toml': definition },
    message = 'change',
  ): string {
    for (const [path, text] of Object.entries(files)) this.write(path, text);
    this.git('add', '-A');
    this.git('commit', '-q', '--allow-empty', '-m', message);
    return this.git('rev-parse', 'HEAD');
  }

  /** A tree object that git itself may refuse to make. @returns its id */
  tree(entries: readonly (readonly [mode: string, name: string, id: string])[]): string {
    const content = Buffer.concat(
      entries.map(([mode, name, id]) => Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')])),
    );
    return this.pipe(content, 'hash-object', '-t', 'tree', '-w', '--literally', '--stdin');
  }

  private env(): NodeJS.ProcessEnv {
    return { PATH: process.env.PATH, HOME: this.home, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C.UTF-8' };
  }
}

/** Every file below, with what would show a change. */
export function stateOf(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    const { mtimeMs, size, mode, ino } = lstatSync(path);
    return [`${path} ${mtimeMs} ${size} ${mode} ${ino}`, ...(entry.isDirectory() ? stateOf(path) : [])];
  });
}

/** The text of a snapshot's files, by path. */
export function texts(files: ReadonlyMap<string, Uint8Array>): Record<string, string> {
  return Object.fromEntries([...files].map(([path, content]) => [path, Buffer.from(content).toString()]));
}
