/** Where something stands in a parsed file: keys, and indexes of lists. */
export type Path = readonly (string | number)[];

/** Keys that give an element of a list its name, in order of preference. */
const naming = ['name', 'stage', 'zone', 'target'] as const;

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path, undefined when there is none. */
export function valueAt(root: unknown, path: Path): unknown {
  let at = root;
  for (const segment of path) {
    if (Array.isArray(at)) at = at[Number(segment)];
    else if (isTable(at) && Object.hasOwn(at, segment)) at = at[segment];
    else return undefined;
  }
  return at;
}

/**
 * A path as people read it: elements of a list by their name (`components.api.routes.rest.port`), an only element without
 * one left out, others as `[1]`.
 */
export function pathText(root: unknown, path: Path): string {
  let text = '';
  let at = root;
  for (const segment of path) {
    const list = Array.isArray(at) ? at : undefined;
    at = valueAt(at, [segment]);
    if (typeof segment === 'string') text = join(text, segment);
    else if (list?.length !== 1 || nameOf(at) !== undefined || !isTable(at)) text = element(text, at, segment);
  }
  return text;
}

function element(text: string, value: unknown, index: number): string {
  const name = nameOf(value);
  return name === undefined ? `${text}[${index}]` : join(text, name);
}

function nameOf(value: unknown): string | undefined {
  if (!isTable(value)) return undefined;
  for (const key of naming) {
    const name = value[key];
    if (typeof name === 'string' && name !== '' && name.length <= 64) return name;
  }
  return undefined;
}

function join(text: string, key: string): string {
  const shown = /^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key);
  return text === '' ? shown : `${text}.${shown}`;
}
