import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { memoryDir } from '@reconcile/testkit/fleet';
import { podman } from '@reconcile/testkit/podman';

interface Process {
  readonly pid: number;
  readonly name: string;
  readonly args: string;
}

const helpers = new Set([
  'conmon',
  'slirp4netns',
  'pasta',
  'pasta.avx2',
  'rootlessport',
  'aardvark-dns',
  'haproxy',
  'exe',
  'catatonit',
]);

/** This user's own processes that belong to podman or a proxy; never the test's. */
async function belongings(): Promise<Process[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 1);
  const found = await Promise.all(
    pids.map(async (pid): Promise<Process[]> => {
      try {
        const status = await readFile(`/proc/${pid}/status`, 'utf8');
        const name = /^Name:\s(.*)$/m.exec(status)?.[1] ?? '';
        const uid = Number(/^Uid:\s(\d+)/m.exec(status)?.[1]);
        const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
        const isOurs =
          uid === process.getuid?.() &&
          (helpers.has(name) || name.startsWith('podman') || name.startsWith('rootlessport'));
        return isOurs ? [{ pid, name, args }] : [];
      } catch {
        return [];
      }
    }),
  );
  return found.flat();
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went by itself.
  }
}

/**
 * As after a power cut, for this user's podman and proxies: monitors first, so that no end is recorded, then programs, port forwarders
 * and services; then what lies in memory alone. Afterwards podman calls every container `created`. The machine's boot id stays.
 */
export async function powerCut(): Promise<void> {
  const { stdout } = await podman(['ps', '--format', '{{.Pid}}']);
  const programs = stdout.trim().split('\n').filter(Boolean);
  const all = await belongings();
  for (const { name, pid } of all) if (name === 'conmon') end(pid);
  if (programs.length > 0)
    await promisify(execFile)('podman', ['unshare', 'kill', '-KILL', ...programs], { timeout: 20_000 }).catch(
      () => undefined,
    );
  for (const { pid } of await belongings()) end(pid);
  const run = process.env.XDG_RUNTIME_DIR ?? '/nowhere';
  for (const name of await readdir(run)) await rm(join(run, name), { recursive: true, force: true });
  await rm(memoryDir, { recursive: true, force: true });
  await rm(`/dev/shm/libpod_rootless_lock_${process.getuid?.() ?? 0}`, { force: true });
}
