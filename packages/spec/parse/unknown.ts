import type { Table } from '../schema/tables.ts';
import type { Path } from './path.ts';
import type { LineOf, Place } from './report.ts';
import { nearest } from './suggest.ts';

/**
 * A key that its table does not know: is it another table's (the commonest: `memory` below `[[components.routes]]`, where
 * TOML puts everything that follows the header), or a misspelt one?
 */
export function unknownKey(key: string, place: Place): void {
  const { report, tables } = place;
  const here = labelOf(place.path, tables);
  const path = [...place.path, key];
  const home = tables.find((table) => table.label !== here.label && table.keys.includes(key));
  const near = nearest(key, here.keys);
  if (home !== undefined && (near === undefined || home.keys.includes(key))) {
    report.error('WrongTable', path, {
      message: `\`${key}\` does not belong in ${named(here)}: it is a key of ${named(home)}`,
      at: 'key',
      hint: (lineOf) => moving(key, { from: here, to: home, path: place.path }, lineOf),
    });
    return;
  }
  if (near !== undefined) {
    report.error('UnknownKey', path, {
      message: `${named(here)} has no key \`${key}\``,
      at: 'key',
      hint: `did you mean \`${near}\`?`,
    });
    return;
  }
  for (const table of tables) {
    const other = nearest(key, table.keys);
    if (other === undefined) continue;
    const hint = `did you mean \`${other}\` of ${named(table)}?`;
    report.error('UnknownKey', path, { message: `${named(here)} has no key \`${key}\``, at: 'key', hint });
    return;
  }
  const known = `it knows ${[...here.keys].sort().join(', ')}`;
  report.error('UnknownKey', path, {
    message: `${named(here)} has no key \`${key}\``,
    at: 'key',
    ...(here.keys.length > 0 ? { hint: known } : {}),
  });
}

interface Move {
  readonly from: Table;
  readonly to: Table;
  /** Of the table it stands in now. */
  readonly path: Path;
}

function moving(key: string, move: Move, lineOf: LineOf): string {
  const line = lineOf(move.path);
  const at = line === undefined ? '' : ` in line ${line}`;
  if (isAround(move.to, move.from)) {
    return `everything below a header belongs to it: move \`${key}\` up, above ${move.from.label}${at}`;
  }
  if (move.to.label.endsWith(']]')) return `move it below a ${move.to.label} header`;
  if (isAround(move.from, move.to)) {
    const [, child = ''] = /([a-z]+)\]+$/.exec(move.to.label) ?? [];
    return `write it below ${move.to.label}, or as \`${child}.${key} = …\``;
  }
  return move.to.label === '' ? 'move it above the first [header] of the file' : `move it below ${move.to.label}`;
}

/** `[[components]]` is around `[[components.routes]]`; the top level is around everything. */
function isAround(outer: Table, inner: Table): boolean {
  const name = (table: Table) => table.label.replace(/[[\]]/g, '');
  return name(inner) !== '' && (name(outer) === '' || name(inner).startsWith(`${name(outer)}.`));
}

function named(table: Table): string {
  return table.label === '' ? 'the top level' : table.label;
}

/** The table a path leads to. One that has no label of its own (`backend_tls`) knows nothing but what its schema said. */
function labelOf(path: Path, tables: readonly Table[]): Table {
  const names = path.filter((segment) => typeof segment === 'string');
  const top = names[0] ?? '';
  const inComponent = top === 'components';
  const last = names.at(-1) ?? '';
  if (names.length === 0) return find(tables, '') ?? none('');
  const candidates = [
    `[[${names.join('.')}]]`,
    `[${names.join('.')}]`,
    `[[components.${last}]]`,
    `[components.${last}]`,
  ];
  if (inComponent && names.length === 1) candidates.push('[[components]]');
  if (inComponent && names.length === 2 && path.length === 2 && typeof path[1] === 'string')
    return find(tables, '[[components]]') ?? none(last);
  if (top === 'nodes') candidates.push('[nodes.<name>]');
  for (const label of candidates) {
    const table = find(tables, label);
    if (table !== undefined) return table;
  }
  return none(`[${names.join('.')}]`);
}

function find(tables: readonly Table[], label: string): Table | undefined {
  return tables.find((table) => table.label === label);
}

function none(label: string): Table {
  return { label, keys: [] };
}
