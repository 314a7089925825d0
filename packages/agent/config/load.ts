import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import type { Diagnostic } from '@reconcile/core';
import { fail } from '../errors.ts';
import { keptConfigFile, questionOf, readKeptConfig } from './kept.ts';
import type { NodeConfig } from './model.ts';
import { findNodeConfig } from './search.ts';

export interface LoadOptions {
  /** `--config`. */
  readonly path?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Of this process. */
  readonly uid: number;
  /** Drivers that may have a `[drivers.<name>]` table; default all that are known. */
  readonly drivers?: readonly string[];
  /** Tells builds apart; with it a configuration that was checked before need not be checked again. */
  readonly buildId?: string | undefined;
}

/**
 * Finds and reads this node's configuration. What checks it is loaded only when it was not checked before.
 * @throws CONFIG_NONE CONFIG_MISSING CONFIG_UNSAFE CONFIG_INVALID
 */
export async function loadNodeConfig(options: LoadOptions): Promise<NodeConfig> {
  const { buildId, env, uid } = options;
  const home = env.HOME || homedir();
  const path = findNodeConfig({ ...options, home });
  const bytes = readBytes(path);
  if (buildId !== undefined && options.drivers === undefined) {
    const question = questionOf(bytes, { path, env, home, buildId });
    const kept = readKeptConfig(keptConfigFile(env, uid), question, uid);
    if (kept !== undefined) return kept;
  }
  return check(bytes, { ...options, path, home });
}

async function check(
  bytes: Uint8Array,
  { drivers, env, home, path }: LoadOptions & { readonly path: string; readonly home: string },
): Promise<NodeConfig> {
  const { readNodeConfig } = await import('./read.ts');
  const { config, diagnostics } = await readNodeConfig(bytes, {
    path,
    home,
    ...(env.XDG_STATE_HOME ? { stateHome: env.XDG_STATE_HOME } : {}),
    ...(drivers === undefined ? {} : { drivers }),
  });
  if (config !== undefined) return config;
  throw fail('CONFIG_INVALID', {
    message: `read ${path}`,
    key: path,
    actual: diagnostics.map(problemLine).join('\n'),
    hint: 'every key stands in specs/node.toml.md',
  });
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw fail('CONFIG_MISSING', { message: `read ${path}`, hint: `ls -l ${path}`, cause: error });
  }
}

/** `/etc/reconcile/node.toml:3:1: [source] has no key "brunch" (did you mean "branch"?)` */
export function problemLine(problem: Diagnostic): string {
  const at = problem.line === 0 ? problem.file : `${problem.file}:${problem.line}:${problem.column}`;
  const where = problem.path === '' ? '' : `${problem.path}: `;
  return `${at}: ${where}${problem.message}${problem.hint === undefined ? '' : ` (${problem.hint})`}`;
}
