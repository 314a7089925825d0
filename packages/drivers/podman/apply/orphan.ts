import type { Host } from '@reconcile/host';
import type { PodmanClient, StoreFacts } from '../client/contract.ts';
import { pidIn, runDir } from '../observe/liveness.ts';

const goneWithinMs = 5000;

/**
 * Ends the processes of a container that podman has lost sight of (database gone, monitor killed). They keep ports and
 * mounts, and `rm` never ends them (drivers.md B.6). Must come before `rm`, which takes the pid files away. With its
 * process gone, conmon and slirp4netns' port forwarders end by themselves (tried on 4.3.1); for pasta see forwarder.ts.
 * A pid counts only while its command line or parent is that container's conmon, so that no stranger is hit.
 */
export async function endOrphan(
  host: Host,
  client: PodmanClient,
  { store, id }: { store: StoreFacts; id: string },
): Promise<void> {
  const dir = runDir(store, id);
  const monitor = await pidIn(host, `${dir}/conmon.pid`);
  const pid = await pidIn(host, `${dir}/pidfile`);
  const isMonitor = monitor !== undefined && (await isMonitorOf(host, monitor, id));
  if (pid !== undefined && (await isProcessOf(host, pid, { id, monitor: isMonitor ? monitor : undefined }))) {
    await end(host, client, pid);
  }
  if (isMonitor && monitor !== undefined) await gone(host, monitor);
}

async function isMonitorOf(host: Host, pid: number, id: string): Promise<boolean> {
  const line = (await host.files.text(`/proc/${pid}/cmdline`)) ?? '';
  return line.split('\0').includes(id) && /conmon/.test(line);
}

/** Child of its monitor; without one, orphaned to pid 1 (or a subreaper) in a namespace of its own. */
async function isProcessOf(host: Host, pid: number, of: { id: string; monitor: number | undefined }): Promise<boolean> {
  const stat = await host.files.text(`/proc/${pid}/stat`);
  if (stat === undefined) return false;
  const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  if (of.monitor !== undefined) return parent === of.monitor;
  const status = (await host.files.text(`/proc/${pid}/status`)) ?? '';
  const depth = /^NSpid:\s+(.*)$/m.exec(status)?.[1]?.split(/\s+/) ?? [];
  return depth.length > 1 && depth.at(-1) === '1';
}

async function end(host: Host, client: PodmanClient, pid: number): Promise<void> {
  const ticks = await host.proc.startTicks(pid);
  if (ticks === undefined) return;
  if (!(await host.kill(pid, ticks, 'SIGKILL'))) await client.killOrphan(pid);
  await gone(host, pid, ticks);
}

/** Waits until it is, a few seconds at most. */
export async function gone(host: Host, pid: number, ticks?: number): Promise<void> {
  const known = ticks ?? (await host.proc.startTicks(pid));
  const until = host.clock.now() + goneWithinMs;
  while (known !== undefined && (await host.proc.startTicks(pid)) === known && host.clock.now() < until)
    await host.clock.sleep(20);
}
