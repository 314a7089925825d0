import { placeholders } from '@reconcile/core/kinds/file';
import type { JobDefinition } from '../model/index.ts';
import type { ParsedComponent } from './parsed-component.ts';
import { nearest } from './suggest.ts';
import type { Placed } from './texts.ts';

/** One service's parts, and the snapshot they come from. */
export interface Filled {
  readonly service: string;
  readonly components: readonly ParsedComponent[];
  readonly jobs: readonly Placed<JobDefinition>[];
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * `{{secret:NAME}}` in mounted files. A name is known if the repository has a value of it, or if the service itself names it
 * (a node file, or podman's own, which no repository shows): all else would be found out by a container that does not start.
 */
export function checkFilled({ components, files, jobs, service }: Filled): void {
  const runs = [...components.map(({ definition }) => definition), ...jobs.map(({ value }) => value)];
  const known = new Set([
    ...[...files.keys()].flatMap((path) => /^secrets\/([^/]+)\.age$/.exec(path)?.[1] ?? []),
    ...runs.flatMap(({ secrets }) => secrets.map(({ name }) => name)),
  ]);
  const seen = new Set<string>();
  for (const { definition, place } of components) {
    for (const [i, { source }] of definition.files.entries()) {
      const file = `services/${service}/${source}`;
      const content = files.get(file);
      if (content === undefined || seen.has(file)) continue;
      seen.add(file);
      for (const { from, name } of placeholders(content)) {
        if (name !== undefined && known.has(name)) continue;
        const position = { file, ...positionOf(content, from) };
        place.report.error('UnknownSecret', [...place.path, 'files', i, 'source'], {
          ...(name === undefined ? misspelt : unknown(name, [...known])),
          position,
        });
      }
    }
  }
}

const misspelt = {
  message: 'expected {{secret:NAME}}, found something else after {{secret:',
  hint: 'letters, digits, "_", "." and "-", without blanks',
};

function unknown(name: string, known: readonly string[]): { message: string; hint: string } {
  const near = nearest(name, known);
  const give = `reconcile secret set ${name}; or name it in this service's secrets, and a file of the node gives it`;
  return {
    message: `there is no secret ${name}`,
    hint: near === undefined ? give : `did you mean {{secret:${near}}}? Else: ${give}`,
  };
}

/** As editors count: from 1, in characters where the file is UTF-8. */
function positionOf(content: Uint8Array, at: number): { line: number; column: number } {
  const before = new TextDecoder().decode(content.subarray(0, at)).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
