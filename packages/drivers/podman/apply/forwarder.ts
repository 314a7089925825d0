import type { Host } from '@reconcile/host';
import type { StoreFacts } from '../client/contract.ts';
import { gone } from './orphan.ts';

/**
 * Ends the process that carries the published ports of a container that podman has lost sight of into its network. Where that is
 * pasta (the default from podman 5.0 on) nobody else does: it serves a network, not a process, and that one stays as long as its
 * file does, so the ports would be held until the next boot. Told by the network's path, which is that container's alone.
 */
export async function endForwarder(host: Host, store: StoreFacts, id: string): Promise<void> {
  const network = await networkOf(host, `${store.graphRoot}/${store.driver}-containers/${id}/userdata/config.json`);
  if (network === undefined) return;
  const pids = ((await host.files.list('/proc')) ?? []).filter((name) => /^\d+$/.test(name)).map(Number);
  await Promise.all(
    pids.map(async (pid) => {
      const ticks = await host.proc.startTicks(pid);
      if (ticks === undefined || !(await isForwarderInto(host, pid, network))) return;
      await host.kill(pid, ticks, 'SIGTERM');
      await gone(host, pid, ticks);
    }),
  );
}

/** The network that podman made for one container: a file that its OCI configuration names. undefined: it has none of its own. */
async function networkOf(host: Host, config: string): Promise<string | undefined> {
  const text = await host.files.text(config).catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const { linux } = JSON.parse(text) as { linux?: { namespaces?: readonly { type?: unknown; path?: unknown }[] } };
    const path = linux?.namespaces?.find(({ type }) => type === 'network')?.path;
    return typeof path === 'string' && path.includes('/netns/') ? path : undefined;
  } catch {
    return undefined;
  }
}

async function isForwarderInto(host: Host, pid: number, network: string): Promise<boolean> {
  const words = ((await host.files.text(`/proc/${pid}/cmdline`).catch(() => undefined)) ?? '').split('\0');
  return /(?:^|\/)pasta(?:\.\w+)?$/.test(words[0] ?? '') && words.includes(network);
}
