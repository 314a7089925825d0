import type { ReadHost } from '@reconcile/host';
import { askPodman } from '../client/program.ts';
import { fields, parseJson, text } from '../client/shape.ts';

/** podman's word on where it keeps its things. */
export interface StoreWord {
  readonly graphRoot: string;
  readonly runRoot: string;
  readonly volumePath: string;
  readonly driver: string;
  /** fuse-overlayfs, where it is used; '' otherwise. */
  readonly mountProgram: string;
}

const what = 'read podman info';
/** A first command makes namespaces, database and directories. */
const timeoutMs = 30_000;

/** Asked of the program itself, never of a service. @throws PODMAN_HUNG PODMAN_MISSING PODMAN_GARBLED, and what podman refuses */
export async function askStore({ run }: Pick<ReadHost, 'run'>, signal: AbortSignal): Promise<StoreWord> {
  const answer = parseJson(await askPodman(run, { what, args: ['info', '--format=json'], timeoutMs, signal }), what);
  const store = fields(fields(answer, 'info').store, 'info.store');
  const where = 'info.store';
  return {
    graphRoot: text(store, 'graphRoot', where),
    runRoot: text(store, 'runRoot', where),
    volumePath: text(store, 'volumePath', where),
    driver: text(store, 'graphDriverName', where),
    mountProgram: mountProgram(fields(store.graphOptions ?? {}, `${where}.graphOptions`)['overlay.mount_program']),
  };
}

/** A path, or since podman 3 an object that names it. */
function mountProgram(option: unknown): string {
  if (typeof option === 'string') return option;
  if (option === null || typeof option !== 'object') return '';
  const { Executable: path } = option as { readonly Executable?: unknown };
  return typeof path === 'string' ? path : '';
}
