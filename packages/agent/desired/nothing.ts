import type { NodeConfig } from '../config/model.ts';
import { fail } from '../errors.ts';
import type { Loaded } from './model.ts';

/** Neither the source nor the past gives this node anything to be. */
export function nothingToRun(config: NodeConfig, loaded: Loaded): Error {
  const { trouble } = loaded;
  return fail('SOURCE_NOTHING', {
    message: `read the desired state of ${config.node}`,
    key: config.source.path,
    wanted: 'a commit that can be applied, or an earlier good one',
    actual: trouble === undefined ? 'neither' : trouble.message,
    hint: trouble?.hint ?? 'reconcile validate',
  });
}
