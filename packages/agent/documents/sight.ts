import type { ReadHost } from '@reconcile/host';
import type { Registry } from '@reconcile/registry';
import type { NodeConfig } from '../config/model.ts';
import type { Loaded } from '../desired/model.ts';
import type { Seen } from '../look/look.ts';

/** One look at this node with all that documents about it are made of. */
export interface Sight {
  readonly config: NodeConfig;
  readonly host: ReadHost;
  readonly registry: Registry;
  readonly loaded: Loaded;
  readonly seen: Seen;
}
