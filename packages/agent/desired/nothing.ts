import { problemLine } from '../config/load.ts';
import type { NodeConfig } from '../config/model.ts';
import { fail } from '../errors.ts';
import type { Loaded } from './model.ts';

/** Neither the source nor the past gives this node anything to be. */
export function nothingToRun(config: NodeConfig, loaded: Loaded): Error {
  const { diagnostics, trouble } = loaded;
  const problems = diagnostics.filter(({ severity }) => severity === 'error').map(problemLine);
  return fail('SOURCE_NOTHING', {
    message: `read the desired state of ${config.node}`,
    key: config.source.path,
    wanted: 'a commit that can be applied, or an earlier good one',
    actual: [trouble === undefined ? 'neither' : trouble.message, ...problems].join('\n'),
    hint: trouble?.hint ?? 'reconcile validate',
  });
}
