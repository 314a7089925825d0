import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { NodeConfig } from './model.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a configuration was read from and by: the same question has the same answer. */
export interface ConfigQuestion {
  readonly path: string;
  readonly text: string;
  readonly home: string;
  readonly stateHome: string;
  /** Tells builds apart: another one may know other keys and defaults. */
  readonly buildId: string;
}

/** A checked configuration without its one function. */
export interface KeptConfig {
  readonly question: ConfigQuestion;
  readonly config: Omit<NodeConfig, 'driverTable'>;
  readonly tables: Readonly<Record<string, unknown>>;
}

/**
 * Where the last checked configuration lies: beside our sockets, private to this user, gone with a boot. A writing pass puts it
 * there (keep/keep.ts); a look without it checks anew, which costs a quiet pass a tenth of its time.
 */
export function keptConfigFile(env: Environment, uid: number): string {
  const own = env.XDG_RUNTIME_DIR;
  return join(own?.startsWith('/') ? own : `/run/user/${uid}`, 'reconcile', 'node.json');
}

export function questionOf(
  bytes: Uint8Array,
  { buildId, env, home, path }: { buildId: string; env: Environment; home: string; path: string },
): ConfigQuestion {
  return { path, text: new TextDecoder().decode(bytes), home, stateHome: env.XDG_STATE_HOME ?? '', buildId };
}

/** undefined: nothing is kept for this question, or what lies there could be somebody else's. */
export function readKeptConfig(file: string, question: ConfigQuestion, uid: number): NodeConfig | undefined {
  try {
    const stat = statSync(file);
    if (stat.uid !== uid || (stat.mode & 0o077) !== 0) return undefined;
    const { config, tables, question: asked } = JSON.parse(readFileSync(file, 'utf8')) as KeptConfig;
    if (!isDeepStrictEqual(asked, question)) return undefined;
    return { ...config, driverTable: (name) => tables[name] };
  } catch {
    return undefined;
  }
}
