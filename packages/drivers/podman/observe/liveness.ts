import type { ReadHost } from '@reconcile/host';
import type { ContainerRow } from '../client/contract.ts';

/** Where a container's run-time files lie; both come from `podman info`. */
export interface RunPlace {
  readonly runRoot: string;
  readonly driver: string;
}

/** The directory that conmon and podman keep for a running container. */
export function runDir(place: RunPlace, id: string): string {
  return `${place.runRoot}/${place.driver}-containers/${id}/userdata`;
}

/** A pid that podman or conmon wrote down; undefined when there is none. */
export async function pidIn(host: ReadHost, path: string): Promise<number | undefined> {
  const pid = Number((await host.files.text(path, { maxBytes: 64 }))?.trim());
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

/**
 * Is a container that podman calls running really there? podman never notices when its monitor (conmon) dies (drivers.md
 * fact 3). Its process must exist and still be the child of its monitor: a child whose parent died has another, and so has a
 * pid that was used again. Without a pid file of the monitor the process alone counts.
 */
export class Liveness {
  /** Who watches a process never changes while both live; a mismatch is looked up again before it counts. */
  readonly #monitors = new Map<string, number>();
  /** Monitors as written down, by container id: read while podman was still listing. */
  readonly #foreseen = new Map<string, number>();

  /** Reads the monitors of containers that will be asked about. One that changes meanwhile is read again then. */
  async foresee(host: ReadHost, place: RunPlace, ids: readonly string[]): Promise<void> {
    this.#foreseen.clear();
    await Promise.all(
      ids.map(async (id) => {
        const monitor = await pidIn(host, `${runDir(place, id)}/conmon.pid`).catch(() => undefined);
        if (monitor !== undefined) this.#foreseen.set(id, monitor);
      }),
    );
  }

  async isAlive(host: ReadHost, place: RunPlace, row: Pick<ContainerRow, 'id' | 'pid'>): Promise<boolean> {
    if (row.pid <= 1) return false;
    const parent = await host.proc.parent(row.pid);
    if (parent === undefined) return false;
    const known = `${row.id}:${row.pid}`;
    if (this.#monitors.get(known) === parent || this.#foreseen.get(row.id) === parent) return true;
    const monitor = await pidIn(host, `${runDir(place, row.id)}/conmon.pid`);
    if (monitor === undefined) return true;
    if (monitor !== parent) return false;
    if (this.#monitors.size > 2000) this.#monitors.clear();
    this.#monitors.set(known, monitor);
    return true;
  }
}

/** Is anybody watching this container's process? */
export async function isMonitored(host: ReadHost, place: RunPlace, id: string): Promise<boolean> {
  const monitor = await pidIn(host, `${runDir(place, id)}/conmon.pid`);
  return monitor !== undefined && (await host.proc.startTicks(monitor)) !== undefined;
}
