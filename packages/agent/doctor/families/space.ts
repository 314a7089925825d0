import type { Examined } from '../examined.ts';
import { type Finding, finding } from '../finding.ts';

const mebi = 1024 * 1024;
/** Below this a commit of the registry or the copy of a file may fail (reliability.md fault 16). */
const reserveBytes = 256 * mebi;
const fullBytes = 16 * mebi;
const lowShare = 0.15;
const fewInodes = 0.05;

/** Room for what this node and podman write. One finding per file system. */
export async function space({
  config,
  host,
  notes,
}: Pick<Examined, 'config' | 'notes'> & { readonly host: Pick<Examined['host'], 'files' | 'home'> }): Promise<
  Finding[]
> {
  const store = notes['podman/identity'] as { graphRoot?: unknown; runRoot?: unknown } | null | undefined;
  const graphRoot =
    typeof store?.graphRoot === 'string' ? store.graphRoot : `${host.home.home}/.local/share/containers`;
  const places: readonly (readonly [string, string])[] = [
    ...(config === undefined ? [] : ([[config.stateDir, 'what this node remembers']] as const)),
    [graphRoot, "podman's storage"],
    [host.home.runtimeDir, 'what runs'],
    ['/tmp', 'temporary files'],
  ];
  const seen = new Set<string>();
  const found: Finding[] = [];
  for (const [path, what] of places) {
    const stat = await host.files.stat(path).catch(() => undefined);
    const room = await host.files.space(path).catch(() => undefined);
    if (stat === undefined || room === undefined || room.totalBytes === 0 || seen.has(stat.device)) continue;
    seen.add(stat.device);
    const wanted = 'room to write';
    const fix = path === graphRoot ? 'podman system df; podman image prune' : `du -xsh ${path}/* | sort -h`;
    const share = room.freeBytes / room.totalBytes;
    const actual = `${Math.floor(room.freeBytes / mebi)} MiB free of ${Math.ceil(room.totalBytes / mebi)} MiB`;
    const small = room.totalBytes < 4 * reserveBytes;
    if (room.freeBytes < Math.min(fullBytes, room.totalBytes / 50))
      found.push(finding('DISK_FULL', 'error', { what: `${path} (${what})`, wanted, actual, fix }));
    else if (share < lowShare && (small || room.freeBytes < 40 * reserveBytes))
      found.push(finding('DISK_LOW', 'warning', { what: `${path} (${what})`, wanted: 'under 85 % used', actual, fix }));
    if (room.totalInodes > 0 && room.freeInodes / room.totalInodes < fewInodes)
      found.push(
        finding('INODES_LOW', 'warning', {
          what: `${path} (${what})`,
          wanted: 'room for more files',
          actual: `${room.freeInodes} of ${room.totalInodes} left`,
          fix: `du --inodes -xs ${path}/* | sort -n`,
        }),
      );
  }
  return found;
}
