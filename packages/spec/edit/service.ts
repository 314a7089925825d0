import { parse } from 'smol-toml';
import type { EditValue } from './literal.ts';
import { type EditResult, setField } from './set-field.ts';

/** `active = false` stops a service and keeps it; true (the default) is not written where nothing said otherwise. */
export function setActive(text: string, active: boolean): EditResult {
  const root = read(text);
  if (root === undefined) return { ok: false, reason: 'the file is not valid TOML' };
  if (active && root.active === undefined) return { ok: true, text };
  return setField(text, ['active'], active);
}

/** Another image for one component; without a name for the only one there is. */
export function setImage(text: string, component: string | undefined, image: string): EditResult {
  return setComponentField(text, component, { path: ['image'], value: image });
}

export interface ComponentField {
  /** Below the component: `['memory']`, `['health', 'path']`, `['env', 'LOG_LEVEL']`. */
  readonly path: readonly string[];
  readonly value: EditValue;
}

/** One field of a component, whichever of the three forms the file has. */
export function setComponentField(text: string, component: string | undefined, field: ComponentField): EditResult {
  const root = read(text);
  if (root === undefined) return { ok: false, reason: 'the file is not valid TOML' };
  const names = componentNames(root);
  const [only] = names;
  if (component === undefined && names.length !== 1)
    return { ok: false, reason: `name the component: ${names.join(', ')}` };
  const name = component ?? only ?? '';
  if (!names.includes(name))
    return { ok: false, reason: `there is no component "${name}"; there is ${names.join(', ')}` };
  return setField(text, ['components', name, ...field.path], field.value);
}

/** Names of the components a definition's text has, in its order; undefined: the text is not TOML. */
export function componentsOf(text: string): readonly string[] | undefined {
  const root = read(text);
  return root === undefined ? undefined : componentNames(root);
}

function componentNames(root: Readonly<Record<string, unknown>>): string[] {
  const { components, name } = root;
  const service = String(name ?? '');
  if (components === undefined) return [service];
  if (!Array.isArray(components)) return Object.keys(components as object);
  return components.map((entry: unknown) => String((entry as { name?: unknown }).name ?? service));
}

function read(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return parse(text.replace(/^\uFEFF/, ''), { unsafeKeyBehaviour: 'throw' });
  } catch {
    return undefined;
  }
}
