import { checkTable, nearest, type Place, shown } from '@reconcile/spec/toml';
import type { NodeConfig } from './model.ts';
import { driversSchema } from './schema.ts';

export interface ReadDrivers {
  readonly chosen: NodeConfig['drivers'];
  /** `[drivers.<name>]` as they stand. */
  readonly tables: Readonly<Record<string, unknown>>;
}

/** `[drivers]`: who runs what, and one table per driver, which only that driver understands. */
export function readDrivers(raw: unknown, place: Place, names: readonly string[]): ReadDrivers {
  const tables: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  const words: Record<string, unknown> = {};
  if (raw !== undefined && (typeof raw !== 'object' || raw === null || Array.isArray(raw))) {
    place.report.error('WrongType', ['drivers'], `expected a table [drivers], found ${shown(raw)}`);
  } else {
    for (const [key, value] of Object.entries(raw ?? {})) {
      if (typeof value !== 'object' || value === null || Array.isArray(value) || key in driversSchema.shape)
        words[key] = value;
      else if (names.includes(key)) tables[key] = value;
      else unknownDriver(key, place, names);
    }
  }
  const chosen = checkTable(driversSchema, words, { ...place, path: ['drivers'] });
  return { chosen: { containers: chosen?.containers ?? 'podman', proxy: chosen?.proxy ?? 'haproxy' }, tables };
}

function unknownDriver(name: string, place: Place, names: readonly string[]): void {
  const near = nearest(name, names);
  const hint = near === undefined ? `it knows ${[...names].sort().join(', ')}` : `did you mean [drivers.${near}]?`;
  place.report.error('UnknownKey', ['drivers', name], { message: `there is no driver "${name}"`, at: 'key', hint });
}
