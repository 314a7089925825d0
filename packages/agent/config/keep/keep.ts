import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type KeptConfig, keptConfigFile, questionOf, readKeptConfig } from '../kept.ts';
import type { NodeConfig } from '../model.ts';

export interface KeepOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
  /** Tells builds apart; undefined: nothing is kept. */
  readonly buildId: string | undefined;
}

/**
 * Keeps a checked configuration for the next look, if it is not kept already. One that JSON cannot carry (a date in a
 * driver's table), or that cannot be written, is checked each time: nothing hangs on it.
 */
export async function keepNodeConfig(config: NodeConfig, { buildId, env, uid }: KeepOptions): Promise<void> {
  if (buildId === undefined) return;
  const file = keptConfigFile(env, uid);
  try {
    const { path } = config;
    const question = questionOf(readFileSync(path), { path, env, buildId, home: env.HOME || homedir() });
    if (readKeptConfig(file, question, uid) !== undefined) return;
    const { driverNames } = await import('../schema.ts');
    const { driverTable, ...plain } = config;
    const tables = Object.fromEntries(
      driverNames.flatMap((name) => {
        const table = driverTable(name);
        return table === undefined ? [] : [[name, table]];
      }),
    );
    const kept: KeptConfig = { question, config: plain, tables };
    const text = JSON.stringify(kept);
    if (!isDeepStrictEqual(JSON.parse(text), structuredClone(kept))) return;
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const made = `${file}.${process.pid}.new`;
    writeFileSync(made, text, { mode: 0o600, flag: 'wx' });
    renameSync(made, file);
  } catch {
    // No such directory, or a full disk.
  }
}
