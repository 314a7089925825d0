import { type AST, parseTOML } from 'toml-eslint-parser';
import type { Path } from './path.ts';

/** Both 1-based, as editors count. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One thing of a TOML text: offsets are into the text that was read. */
export interface Spot {
  /** Where the key's name begins; for an element of a list, where it begins. */
  readonly key: Position;
  readonly value: Position;
  /** `[start, end)` of the value; undefined for a table made by headers or dotted keys. */
  readonly range?: readonly [number, number];
  /** `[start, end)` of the whole `key = value`, or of the `[header]` line. */
  readonly whole: readonly [number, number];
  readonly type: 'pair' | 'element' | 'header' | 'implied';
  /** What follows `=`: an inline table takes new keys between its braces. */
  readonly isInline: boolean;
}

/** Where everything in a text stands. */
export class Positions {
  readonly #spots = new Map<string, Spot>();
  readonly #lastPairs = new Map<string, readonly [number, number]>();

  add(path: Path, spot: Spot): void {
    const key = JSON.stringify(path);
    if (!this.#spots.has(key) || spot.type !== 'implied') this.#spots.set(key, spot);
  }

  /** Notes a `key = value` that stands directly below a header, or at the top. */
  addLine(table: Path, range: readonly [number, number]): void {
    this.#lastPairs.set(JSON.stringify(table), range);
  }

  spot(path: Path): Spot | undefined {
    return this.#spots.get(JSON.stringify(path));
  }

  /** Range of the last `key = value` directly below a table's header (or at the top), dotted ones included. */
  lastLine(table: Path): readonly [number, number] | undefined {
    return this.#lastPairs.get(JSON.stringify(table));
  }

  /** The spot of a path, or of the nearest thing around it (a missing key is shown at its table). */
  find(path: Path, at: 'key' | 'value'): Position | undefined {
    for (let length = path.length; length > 0; length--) {
      const spot = this.spot(path.slice(0, length));
      if (spot !== undefined) return length === path.length && at === 'value' ? spot.value : spot.key;
    }
    return { line: 1, column: 1 };
  }
}

/** undefined when this parser cannot read what the other one could; then problems have no line. Never throws. */
export function readPositions(text: string): Positions | undefined {
  let program: AST.TOMLProgram;
  try {
    program = parseTOML(text, { tomlVersion: '1.1' });
  } catch {
    return undefined;
  }
  const positions = new Positions();
  for (const node of program.body[0].body) {
    if (node.type === 'TOMLKeyValue') {
      addPair(positions, [], node);
      positions.addLine([], node.range);
    } else {
      const path = node.resolvedKey;
      for (let i = 1; i < path.length; i++) positions.add(path.slice(0, i), { ...header(node), type: 'implied' });
      positions.add(path, header(node));
      for (const pair of node.body) {
        addPair(positions, path, pair);
        positions.addLine(path, pair.range);
      }
    }
  }
  return positions;
}

function header(node: AST.TOMLTable): Spot {
  const at = position(node.loc.start);
  return {
    key: at,
    value: at,
    whole: [node.range[0], node.key.range[1] + (node.kind === 'array' ? 2 : 1)],
    type: 'header',
    isInline: false,
  };
}

function addPair(positions: Positions, base: Path, pair: AST.TOMLKeyValue): void {
  const names = pair.key.keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value));
  const key = position(pair.key.loc.start);
  const whole = pair.range;
  for (let i = 1; i < names.length; i++) {
    positions.add([...base, ...names.slice(0, i)], { key, value: key, whole, type: 'implied', isInline: false });
  }
  addValue(positions, { path: [...base, ...names], key, whole, type: 'pair' }, pair.value);
}

type Holder = Pick<Spot, 'key' | 'whole' | 'type'> & { readonly path: Path };

function addValue(positions: Positions, { path, ...of }: Holder, node: AST.TOMLContentNode): void {
  positions.add(path, {
    ...of,
    value: position(node.loc.start),
    range: node.range,
    isInline: node.type === 'TOMLInlineTable',
  });
  if (node.type === 'TOMLInlineTable') for (const pair of node.body) addPair(positions, path, pair);
  if (node.type !== 'TOMLArray') return;
  node.elements.forEach((element, i) => {
    const key = position(element.loc.start);
    addValue(positions, { path: [...path, i], key, whole: element.range, type: 'element' }, element);
  });
}

/** The parser counts columns from 0. */
function position(at: { line: number; column: number }): Position {
  return { line: at.line, column: at.column + 1 };
}
