import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { listContainers } from '@reconcile/drivers/podman/list';
import type { ReadHost } from '@reconcile/host';
import { findNodeConfig, type SearchOptions } from '../../config/search.ts';

/** Containers as podman listed them before anything else of a look was loaded. */
export type EarlyList = ReturnType<typeof listContainers>;

/**
 * Asks podman what is there before node.toml is even checked: half of a look's time is podman's, and everything else fits
 * into it. undefined where node.toml cannot be read or says that podman is not asked; its mistakes are said by who reads it in
 * earnest. Imports neither zod nor SQLite, for the same reason.
 */
export function listEarly(
  host: ReadHost,
  options: Omit<SearchOptions, 'home'> & { signal: AbortSignal },
): EarlyList | undefined {
  const text = configText(options);
  // Written as a table or inline, in a comment too: then the list is only asked for a little later.
  if (text === undefined || /containers\s*=\s*["']none/.test(text)) return undefined;
  const list = listContainers(host, { signal: options.signal, isThere: existsSync });
  // Whoever waits for it hears of the failure; perhaps nobody does.
  list.catch(() => undefined);
  return list;
}

function configText(options: Omit<SearchOptions, 'home'>): string | undefined {
  try {
    return readFileSync(findNodeConfig({ ...options, home: options.env.HOME || homedir() }), 'utf8');
  } catch {
    return undefined;
  }
}
