import { readFileSync } from 'node:fs';
import { arch, cpus, loadavg, release, totalmem } from 'node:os';
import { runChild } from './child.ts';
import type { World } from './world.ts';

/** What the figures were taken on, in one line. */
export function machineLine({ env }: World): string {
  const [model = 'unknown processor'] = cpus().map((cpu) => cpu.model);
  const podman = runChild(['podman', '--version'], { env }).stdout.trim();
  const memory = `${Math.round(totalmem() / 1024 ** 3)} GiB`;
  const parts = [`${cpus().length} x ${model}`, memory, systemName(), `kernel ${release()} ${arch()}`, podman];
  return [...parts, `node ${process.versions.node}`].join(', ');
}

/** Other people's work on the machine at this moment: it makes absolute times longer, ratios less so. */
export function loadText(): string {
  return loadavg()
    .map((load) => load.toFixed(1))
    .join(' ');
}

function systemName(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown system';
  } catch {
    return 'unknown system';
  }
}
