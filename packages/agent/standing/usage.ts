import type { ReadHost } from '@reconcile/host';

/** What a container uses right now. */
export interface Usage {
  /** Bytes. */
  readonly memory: { readonly used: number; readonly limit: number };
  readonly cpuPercent: number;
}

const usageTimeoutMs = 2_000;

/**
 * Memory and processor of some containers, as far as podman says so quickly: rootless without cgroup v2 it does not
 * (podman-stats(1)). By container name; what cannot be had is left out.
 */
export async function containerUsage(
  host: ReadHost,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Usage>> {
  if (names.length === 0) return new Map();
  try {
    const args = ['stats', '--no-stream', '--format=json', '--', ...names];
    const { exitCode, stdout } = await host.run.run('podman', args, { timeoutMs: usageTimeoutMs, signal });
    return exitCode === 0 ? parseUsage(stdout) : new Map();
  } catch {
    return new Map();
  }
}

/** podman 4.3 prints sizes for people: `1.2MB / 512MB`, `0.35%`. Anything else counts as unknown. */
export function parseUsage(text: string): ReadonlyMap<string, Usage> {
  const found = new Map<string, Usage>();
  const rows: unknown = JSON.parse(text);
  for (const row of Array.isArray(rows) ? rows : []) {
    const { cpu_percent: cpu, mem_usage: memory, name } = row as Readonly<Record<string, unknown>>;
    if (typeof name !== 'string' || typeof cpu !== 'string' || typeof memory !== 'string') continue;
    const [used, limit] = memory.split('/').map((part) => sizeOf(part.trim()));
    const percent = Number(cpu.replace('%', ''));
    if (used === undefined || limit === undefined || !Number.isFinite(percent)) continue;
    found.set(name, { memory: { used, limit }, cpuPercent: percent });
  }
  return found;
}

const units: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

function sizeOf(text: string): number | undefined {
  const [, digits = '', unit = ''] = /^([\d.]+)\s*([kMGT]?B)$/.exec(text) ?? [];
  const factor = units[unit];
  return factor === undefined ? undefined : Math.round(Number(digits) * factor);
}
