import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

// The checkout as the tests about the code itself see it.

export const workspace = join(dirname(fileURLToPath(import.meta.url)), '..');

export interface Import {
  readonly specifier: string;
  /** Path from the workspace, for our own files. */
  readonly file?: string;
}

export interface SourceFile {
  /** From the workspace: `packages/core/plan/plan.ts`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

const made = new Set(['.git', '.cache', 'node_modules', 'dist', 'coverage']);

/** Every file of the project, from the workspace, sorted; without what is installed or built. */
export function projectFiles(folder = ''): readonly string[] {
  return readdirSync(join(workspace, folder), { withFileTypes: true })
    .filter(({ name }) => !made.has(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? projectFiles(path) : [path];
    })
    .sort();
}

/** TypeScript files below `packages/`, with what they import: statically, dynamically and as types. */
export function packageSources(): readonly SourceFile[] {
  return projectFiles('packages')
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => {
      const text = readFileSync(join(workspace, path), 'utf8');
      const found = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
      return { path, text, imports: [...new Set(found)].map((specifier) => resolve(path, specifier)) };
    });
}

export function isTest(path: string): boolean {
  return /\.(test|fixture)\.ts$/.test(path) || path.startsWith('packages/testkit/');
}

function resolve(from: string, specifier: string): Import {
  if (specifier.startsWith('.')) {
    return { specifier, file: relative(workspace, join(workspace, dirname(from), specifier)) };
  }
  const own = /^@reconcile\/([^/]+)(?:\/(.+))?$/.exec(specifier);
  if (own === null) return { specifier };
  return { specifier, file: join('packages', own[1] ?? '', own[2] ?? '', 'index.ts') };
}
