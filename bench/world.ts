import type { BenchOptions } from './options.ts';
import type { Compose } from './sides/compose.ts';
import type { Raw } from './sides/raw.ts';
import type { Shell } from './sides/shell.ts';
import type { Us } from './sides/us.ts';

/** The throw-away user whose machine this is. */
export interface World {
  readonly options: BenchOptions;
  readonly home: string;
  readonly runtimeDir: string;
  /** What children get. */
  readonly env: Readonly<Record<string, string>>;
}

/** All sides, each with the same `size` services running. */
export interface Fleets extends World {
  readonly size: number;
  readonly us: Us;
  readonly shell: Shell;
  readonly raw: Raw;
  readonly compose: Compose | undefined;
}

/** @throws Error outside a throw-away world: everything here removes every container of its user */
export function thisWorld(options: BenchOptions): World {
  const { HOME, LANG, PATH, RECONCILE_OUT, TMPDIR, XDG_RUNTIME_DIR } = process.env;
  if (RECONCILE_OUT === undefined || process.getuid?.() === 0)
    throw new Error('the bench runs in a throw-away world: ./dev bench');
  const env = Object.entries({ HOME, LANG, PATH, TMPDIR, XDG_RUNTIME_DIR, NO_COLOR: '1' });
  return {
    options,
    home: HOME ?? '',
    runtimeDir: XDG_RUNTIME_DIR ?? '',
    env: Object.fromEntries(env.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
  };
}
