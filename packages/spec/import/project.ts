import { isPlain, type Plain, scalarText } from './compose-values.ts';
import type { Draft } from './model.ts';
import type { Notes } from './notes.ts';

/** What the parts of one project need to know of each other. */
export interface Project {
  readonly name: string;
  readonly dir: string;
  readonly notes: Notes;
  readonly draft: Draft;
  readonly raw: Plain;
  /** Compose's name of a service → ours. */
  readonly components: ReadonlyMap<string, string>;
  /** Compose's name of a volume → podman's: the data that is there stays in use. */
  readonly volumes: ReadonlyMap<string, string>;
}

/** podman's name of a compose network. */
export function networkName(raw: Plain, project: string, name: string): string {
  const network = isPlain(raw.networks) ? raw.networks[name] : undefined;
  const own = isPlain(network) ? scalarText(network.name) : undefined;
  if (own !== undefined) return own;
  return isPlain(network) && network.external === true ? name : `${project}_${name}`;
}
