import { setActive } from '@reconcile/spec/edit';
import { fieldRefused, serviceOf } from '../edit/name.ts';
import { type EditOptions, runEdit } from '../edit/run-edit.ts';
import { definitionOf } from '../edit/tip.ts';
import type { CliContext } from '../frame/context.ts';

/** `stop S`, `start S`: `active` in its definition. A stopped service keeps its definition, ports and data. */
export async function runActive(
  cx: CliContext,
  name: string,
  options: EditOptions & { readonly active: boolean },
): Promise<number> {
  const verb = options.active ? 'start' : 'stop';
  const service = serviceOf(name, verb);
  return runEdit(cx, service, {
    options,
    verdict: options.active ? 'started' : 'stopped',
    make: async ({ tip }) => {
      const { path, text } = definitionOf(tip, service);
      const edited = setActive(text, options.active);
      if (!edited.ok) throw fieldRefused(path, 'active', edited.reason);
      return { edit: { path, text: edited.text, message: `${service}: ${verb}` } };
    },
  });
}
