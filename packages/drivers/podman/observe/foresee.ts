import type { ReadHost } from '@reconcile/host';
import { podmanReader } from '../client/reader.ts';
import type { PodmanSettings } from '../settings.ts';
import { currentStore } from './store.ts';

/**
 * Asks podman where it keeps its things before a look needs to know: the slowest question there is, and the first look of a
 * node has no note of the answer. The look finds it under way; what fails here fails again there.
 */
export function foreseeStore(host: ReadHost, settings: PodmanSettings, signal: AbortSignal): void {
  podmanReader(host, signal, settings.transport)
    .then((client) => currentStore({ host, client, node: settings.stateDir }))
    .catch(() => undefined);
}
