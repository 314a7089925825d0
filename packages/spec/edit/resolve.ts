import type { Path } from '../parse/path.ts';

type Resolved =
  | {
      readonly ok: true;
      readonly path: Path /** A name to set in the `KEY=VALUE` list at `path`. */;
      readonly listed?: string;
    }
  | { readonly ok: false; readonly reason: string };

/** Names to keys and indexes, as the file has them. */
export function resolve(root: Readonly<Record<string, unknown>>, names: readonly string[]): Resolved {
  const [top, second, ...rest] = names;
  const isShort = root.components === undefined && root.image !== undefined;
  if (isShort && top === 'components') {
    if (second !== root.name) return { ok: false, reason: `there is no component "${second}"` };
    return resolve(root, rest);
  }
  const path: (string | number)[] = [];
  let at: unknown = root;
  for (const [i, name] of names.entries()) {
    if (Array.isArray(at)) {
      const list: readonly unknown[] = at;
      if (i === names.length - 1 && list.every((entry) => typeof entry === 'string'))
        return { ok: true, path, listed: name };
      const index = indexOf(list, name, root);
      if (index < 0)
        return {
          ok: false,
          reason: `there is no ${path.at(-1) === 'components' ? 'component ' : ''}"${name}" in ${path.join('.')}`,
        };
      path.push(index);
      at = list[index];
    } else if (typeof at === 'object' && at !== null) {
      path.push(name);
      at = Object.hasOwn(at, name) ? (at as Readonly<Record<string, unknown>>)[name] : undefined;
    } else if (at === undefined) {
      path.push(name);
    } else {
      return { ok: false, reason: `${path.join('.')} is not a table` };
    }
  }
  if (path.length === 0) return { ok: false, reason: 'no field is named' };
  return { ok: true, path };
}

/** By name; an only component may have none, then it has the service's. */
function indexOf(list: readonly unknown[], name: string, root: Readonly<Record<string, unknown>>): number {
  const named = list.findIndex((entry) => {
    const table = entry as Readonly<Record<string, unknown>> | null;
    return (
      typeof table === 'object' && table !== null && [table.name, table.stage, table.zone, table.target].includes(name)
    );
  });
  if (named >= 0 || list.length !== 1) return named;
  const [only] = list;
  const isUnnamed = typeof only === 'object' && only !== null && !('name' in only);
  return isUnnamed && (list === root.components ? name === root.name : name === '') ? 0 : -1;
}
