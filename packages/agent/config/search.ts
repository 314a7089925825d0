import { type Stats, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fail } from '../errors.ts';

export interface SearchOptions {
  /** `--config`. */
  readonly path?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Of this process. */
  readonly uid: number;
  readonly home: string;
  /** Default /etc/reconcile. */
  readonly systemDir?: string;
}

/**
 * Which node.toml counts: the one that was named, else the nearest upwards if it is safe, else the user's, else the machine's.
 * @throws CONFIG_NONE CONFIG_MISSING CONFIG_UNSAFE
 */
export function findNodeConfig(options: SearchOptions): string {
  const { env, cwd, uid, home } = options;
  const named = options.path ?? env.RECONCILE_CONFIG;
  if (named !== undefined && named !== '') {
    const path = resolve(cwd, named);
    const found = look(path, uid);
    if (found === undefined) {
      throw fail('CONFIG_MISSING', {
        message: `read ${path}`,
        actual: 'no such file, or no permission to look',
        hint:
          options.path === undefined
            ? 'it is named by RECONCILE_CONFIG'
            : 'it is named by --config; reconcile init writes one',
      });
    }
    return safe(path, found);
  }
  const near = nearestAbove(cwd, uid);
  if (near !== undefined) return near;
  const fixed = [
    join(env.XDG_CONFIG_HOME || join(home, '.config'), 'reconcile'),
    options.systemDir ?? '/etc/reconcile',
  ];
  for (const path of fixed.map((dir) => join(dir, 'node.toml'))) {
    const found = look(path, uid);
    if (found !== undefined) return safe(path, found);
  }
  throw fail('CONFIG_NONE', {
    message: 'find node.toml',
    wanted: `--config, RECONCILE_CONFIG, a node.toml in ${cwd} or above, or one in ${fixed.join(' or ')}`,
    hint: 'reconcile init',
  });
}

/** One found on the way up belongs to whoever made that directory: it counts only when it is certainly ours. */
function nearestAbove(cwd: string, uid: number): string | undefined {
  for (let dir = resolve(cwd); ; dir = dirname(dir)) {
    const path = join(dir, 'node.toml');
    const found = look(path, uid);
    if (found !== undefined && found.owner === uid && found.danger === undefined) return path;
    if (dir === dirname(dir)) return undefined;
  }
}

interface Found {
  readonly owner: number;
  readonly danger: { readonly wanted: string; readonly actual: string; readonly hint: string } | undefined;
}

/** Symlinks are followed: what counts is who can change what is read. Root may own it, root can do anything anyway. */
function look(path: string, uid: number): Found | undefined {
  const stat = statOf(path);
  if (stat === undefined || !stat.isFile()) return undefined;
  const mode = stat.mode & 0o7777;
  if (stat.uid !== uid && stat.uid !== 0) {
    const actual = `owned by uid ${stat.uid}`;
    return { owner: stat.uid, danger: { wanted: `owned by uid ${uid} or root`, actual, hint: `chown ${uid} ${path}` } };
  }
  if ((mode & 0o022) !== 0) {
    const actual = `mode ${mode.toString(8).padStart(4, '0')}`;
    return { owner: stat.uid, danger: { wanted: 'writable for its owner only', actual, hint: `chmod 600 ${path}` } };
  }
  return { owner: stat.uid, danger: undefined };
}

/** A directory we may not look into holds no configuration of ours. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function safe(path: string, found: Found): string {
  if (found.danger === undefined) return path;
  throw fail('CONFIG_UNSAFE', { message: `read ${path}`, ...found.danger });
}
