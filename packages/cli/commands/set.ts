import { componentsOf, type EditResult, type EditValue, setComponentField, setField } from '@reconcile/spec/edit';
import { type Assignment, parseAssignment } from '../edit/assignment.ts';
import { fieldRefused, serviceOf } from '../edit/name.ts';
import { judgeChange } from '../edit/problems.ts';
import { type EditOptions, runEdit } from '../edit/run-edit.ts';
import { type DefinitionFile, definitionOf, type FleetTip } from '../edit/tip.ts';
import type { CliContext } from '../frame/context.ts';

/** `set S image=…`, `set S web.env.LEVEL=debug`, `set S/web memory=512MiB`: fields of a definition, in one commit. */
export async function runSet(
  cx: CliContext,
  name: string,
  given: { readonly words: readonly string[]; readonly options: EditOptions },
): Promise<number> {
  const [service = '', component, ...rest] = name.split('/');
  if (rest.length > 0) serviceOf(name, 'set');
  const assignments = given.words.map(parseAssignment);
  return runEdit(cx, service, {
    options: given.options,
    make: async ({ tip }) => {
      let file = definitionOf(tip, service);
      for (const assignment of assignments) file = await assign(cx, { tip, file, component }, assignment);
      return { edit: { ...file, message: messageFor(name, assignments) } };
    },
  });
}

interface Target {
  readonly tip: FleetTip;
  readonly file: DefinitionFile;
  readonly component: string | undefined;
}

/** The first value that the definition takes; the last one's problems are the answer. @throws SET_FIELD */
async function assign(cx: CliContext, target: Target, assignment: Assignment): Promise<DefinitionFile> {
  const { path, text } = target.file;
  let reason = '';
  for (const [i, value] of assignment.values.entries()) {
    const edited = placeField(text, target.component, { path: assignment.path, value });
    if (!edited.ok) {
      reason = edited.reason;
      continue;
    }
    const isLast = i === assignment.values.length - 1;
    if (isLast || (await judgeChange(cx, target.tip.files, { path, text: edited.text })).errors.length === 0)
      return { path, text: edited.text };
  }
  throw fieldRefused(path, assignment.field, reason);
}

/** Top-level keys of a service that no component has. */
const serviceKeys = new Set([
  'name',
  'node',
  'tier',
  'active',
  'path',
  'depends_on',
  'stage',
  'build',
  'components',
  'jobs',
  'networks',
]);

/** `web.image` is the component web's, `node` the service's, `image` the only component's. */
export function placeField(
  text: string,
  component: string | undefined,
  field: { path: readonly string[]; value: EditValue },
): EditResult {
  const [first = '', ...below] = field.path;
  if (component !== undefined) return setComponentField(text, component, field);
  if (below.length > 0 && componentsOf(text)?.includes(first) === true)
    return setComponentField(text, first, { path: below, value: field.value });
  if (serviceKeys.has(first) || (first === 'volumes' && below.length > 0))
    return setField(text, field.path, field.value);
  return setComponentField(text, undefined, field);
}

/** Values of variables stay out of it: some are not meant to be read twice. */
function messageFor(name: string, assignments: readonly Assignment[]): string {
  const texts = assignments.map(({ field, path, text }) =>
    path.includes('env') || text.length > 60 ? field : `${field} = ${text}`,
  );
  const [first = ''] = texts;
  if (texts.length === 1) return `${name}: set ${first}`;
  return `${name}: set ${first} and ${texts.length - 1} more\n\n${texts.map((text) => `- ${text}`).join('\n')}`;
}
