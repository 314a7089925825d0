import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isReading } from '@reconcile/host';
import { openRegistry, writeMeta } from '@reconcile/registry';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageSources, type SourceFile, workspace } from './source-tree.ts';

// The dry run cannot write: first by what its modules can reach, then by what it does beside recording stand-ins.

/** Where the dry run begins. The words themselves load every command lazily; this is what `plan` and `-n` load. */
const entries = ['packages/cli/commands/plan.ts', 'packages/cli/frame/context.ts', 'packages/cli/frame/node.ts'];

/** Modules whose purpose is an effect: none of them may be reachable. */
const effectful = [
  /^packages\/host\/writing\//,
  /^packages\/drivers\/[^/]+\/(apply|driver)/,
  /^packages\/drivers\/[^/]+\/index\.ts$/,
  /^packages\/engine\/(executor|pass|gate|index)\.ts$/,
  /^packages\/agent\/(pass|memory|request)\//,
  /^packages\/agent\/wire\/drivers\//,
  /^packages\/agent\/wire\/records\/drivers?\.ts$/,
  /^packages\/source\/git\/(commit|push|fetch|build-commit)\.ts$/,
];

/** Reachable modules that do name a writing call, and why that cannot be reached in a dry run. */
const excused: Readonly<Record<string, string>> = {
  'packages/cli/commands/plan.ts': '--out writes the one file a person names, through the frame, not through a host',
  'packages/cli/frame/context.ts': 'offers that to plan --out',
  'packages/cli/frame/out.ts': 'is that: one file, by name, never through a symlink',
  'packages/host/run/child.ts': 'starts children: the reading half lets reading verbs through only (host/reading)',
};

const writingCalls =
  /\b(writeFile|writeFileSync|appendFile|appendFileSync|rename|renameSync|unlink|unlinkSync|rmSync|rmdir|mkdir|mkdirSync|chmod|chmodSync|chown|symlink|truncate|utimes|createWriteStream|copyFile|cp)\s*\(/;

/** Modules loaded at run time from here: type-only imports load nothing. */
function reachable(from: readonly string[]): SourceFile[] {
  const sources = new Map(packageSources().map((source) => [source.path, source]));
  const seen = new Set<string>();
  const stack = [...from];
  for (let path = stack.pop(); path !== undefined; path = stack.pop()) {
    const source = sources.get(path);
    if (source === undefined || seen.has(path)) continue;
    seen.add(path);
    const loaded = loadedSpecifiers(source);
    for (const one of source.imports) if (one.file !== undefined && loaded.has(one.specifier)) stack.push(one.file);
  }
  return [...seen].sort().flatMap((path) => sources.get(path) ?? []);
}

function loadedSpecifiers({ path, text }: SourceFile): ReadonlySet<string> {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && !isTypeOnly(node)) found.add((node.moduleSpecifier as ts.StringLiteral).text);
    if (ts.isExportDeclaration(node) && !node.isTypeOnly && node.moduleSpecifier !== undefined)
      found.add((node.moduleSpecifier as ts.StringLiteral).text);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [target] = node.arguments;
      if (target !== undefined && ts.isStringLiteral(target)) found.add(target.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function isTypeOnly(node: ts.ImportDeclaration): boolean {
  const clause = node.importClause;
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const names = clause.namedBindings;
  return (
    clause.name === undefined &&
    names !== undefined &&
    ts.isNamedImports(names) &&
    names.elements.length > 0 &&
    names.elements.every((name) => name.isTypeOnly)
  );
}

describe('what a dry run can reach', () => {
  const modules = reachable(entries);

  it('walks a real program', () => {
    const paths = modules.map(({ path }) => path);
    for (const path of [
      'packages/core/plan/plan.ts',
      'packages/drivers/podman/observe/observe.ts',
      'packages/agent/look/look.ts',
      'packages/host/reading/host.ts',
    ]) {
      expect(paths).toContain(path);
    }
  });

  it('reaches no module whose purpose is an effect', () => {
    expect(modules.map(({ path }) => path).filter((path) => effectful.some((rule) => rule.test(path)))).toEqual([]);
  });

  it('would find one: the same walk from apply does', () => {
    const paths = reachable(['packages/cli/commands/apply.ts']).map(({ path }) => path);
    expect(paths).toContain('packages/engine/executor.ts');
    expect(paths).toContain('packages/host/writing/host.ts');
  });

  it('names no writing call outside the registry, which it opens read-only', () => {
    const naming = modules
      .filter(({ path }) => !path.startsWith('packages/registry/') && excused[path] === undefined)
      .filter(({ text }) => writingCalls.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')))
      .map(({ path }) => path);
    expect(naming).toEqual([]);
  });
});

describe('what a dry run does', () => {
  let dir: string;
  let bin: string;
  let log: string;

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'reconcile-dry-'));
    bin = join(dir, 'bin');
    log = join(dir, 'calls');
    for (const folder of ['bin', 'home', 'run', 'fleet/services', 'fleet/services/web'])
      mkdirSync(join(dir, folder), { recursive: true, mode: 0o700 });
    recorder('podman', 'case "$*" in *info*) echo "{}" ;; *) echo "[]" ;; esac');
    recorder('haproxy', 'exit 0');
    recorder('git', `exec ${execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()} "$@"`);
    writeFileSync(join(dir, 'node.toml'), nodeToml(dir), { mode: 0o600 });
    writeFileSync(join(dir, 'fleet/fleet.toml'), 'name = "home"\nzone = "example.net"\n');
    writeFileSync(join(dir, 'fleet/services/web.toml'), definition);
    writeFileSync(join(dir, 'fleet/services/web/app.ini'), 'a = 1\n');
    const git = (...args: string[]) =>
      execFileSync('git', [
        '-C',
        join(dir, 'fleet'),
        '-c',
        'user.name=ops',
        '-c',
        'user.email=ops@example.net',
        ...args,
      ]);
    git('init', '-q', '-b', 'main');
    git('add', '-A');
    git('commit', '-q', '-m', 'first');
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  /** A stand-in that writes down how it was called. Its log lies outside what is watched. */
  function recorder(name: string, then: string): void {
    writeFileSync(
      join(bin, name),
      `#!/bin/sh\nprintf '%s' "${name}" >>"${log}"\nfor word; do printf '\\t%s' "$word" >>"${log}"; done\nprintf '\\n' >>"${log}"\n${then}\n`,
    );
    chmodSync(join(bin, name), 0o755);
  }

  function plan(...words: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const command = join(workspace, 'packages/cli/main.ts');
    const env = {
      PATH: `${bin}:${process.env.PATH}`,
      HOME: join(dir, 'home'),
      XDG_RUNTIME_DIR: join(dir, 'run'),
      RECONCILE_CONFIG: join(dir, 'node.toml'),
      LANG: 'C.UTF-8',
    };
    return new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        ['--import', 'tsx', command, ...words],
        { cwd: workspace, env, timeout: 60_000 },
        (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
      );
    });
  }

  /** Everything a write would change: names, inodes, sizes, times, modes. */
  function stamp(): string {
    return readdirSync(dir, { recursive: true, encoding: 'utf8' })
      .filter((name) => name !== 'calls')
      .sort()
      .map((name) => {
        const { ino, mode, mtimeMs, size } = statSync(join(dir, name));
        return `${name} ${ino} ${mode} ${size} ${mtimeMs}`;
      })
      .join('\n');
  }

  async function leavesNoTrace(...words: readonly string[]): Promise<void> {
    rmSync(log, { force: true });
    const before = stamp();
    const { code, stderr, stdout } = await plan(...words);
    expect(stderr).not.toContain('error:');
    expect([2, 3]).toContain(code);
    expect(stdout).toContain('web');
    expect(stamp()).toBe(before);
    const calls = readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((call) => call.split('\t'));
    expect(calls.map(([program]) => program)).toContain('podman');
    const writing = calls.filter(([program = '', ...args]) => !isReading({ program, args }));
    expect(writing).toEqual([]);
  }

  it('without a registry: makes none, and runs reading verbs only', { timeout: 60_000 }, () => leavesNoTrace('plan'));

  it('as --dry-run, verbose and as JSON', { timeout: 120_000 }, async () => {
    await leavesNoTrace('--dry-run', '-v');
    await leavesNoTrace('-n', '-o', 'json');
    await leavesNoTrace('plan', '--diff', '--ref', 'HEAD');
  });

  it('with a registry that was used before: not a byte of it changes', { timeout: 60_000 }, async () => {
    mkdirSync(join(dir, 'state'), { mode: 0o700 });
    const registry = openRegistry(join(dir, 'state', 'registry.db'), { mode: 'write' });
    await registry.write((rows) => writeMeta(rows, 'probe', 'here'));
    await registry.close();
    await leavesNoTrace('plan');
  });
});

function nodeToml(dir: string): string {
  return `node = "rift"\nstate_dir = "${dir}/state"\n[addresses]\nlan = "192.0.2.1"\n[source]\ntype = "git"\npath = "${dir}/fleet"\n[listeners]\n8080 = { bind = ["127.0.0.1:18080"], tls = false }\n[policy]\nmounts = ["/srv"]\n`;
}

const definition = `name = "web"
[[components]]
name = "main"
image = "reg.example.net/web:1"
volumes = ["data:/data"]
files = [{ source = "app.ini", target = "/etc/app.ini" }]
[[components.routes]]
port = 8080
container_port = 80
[components.health]
type = "exec"
command = ["true"]
[[jobs]]
name = "migrate"
image = "same:main"
when = "before-update"
cmd = ["migrate"]
`;
