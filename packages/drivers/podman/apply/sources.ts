import type { ReadHost } from '@reconcile/host';
import type { DraftMount } from '../client/contract.ts';
import { fail } from '../client/fail.ts';

/**
 * Host paths a definition mounts, looked at just before podman follows them: inside the node's policy, and no symbolic
 * link anywhere on the way (podman follows those: reliability.md P7).
 * @throws PODMAN_MOUNT_REFUSED PODMAN_NO_SOURCE
 */
export async function checkSources(
  host: ReadHost,
  mounts: readonly DraftMount[],
  policyMounts: readonly string[],
): Promise<void> {
  for (const { type, source } of mounts) {
    if (type !== 'bind') continue;
    if (!isBelowAny(source, policyMounts)) {
      throw fail('PODMAN_MOUNT_REFUSED', {
        message: `mount ${source}`,
        wanted: policyMounts.length === 0 ? 'no host path at all' : `a path below ${policyMounts.join(', ')}`,
        hint: 'node.toml [policy] mounts',
      });
    }
    const real = await host.files.realpath(source);
    if (real === undefined) throw fail('PODMAN_NO_SOURCE', { message: `mount ${source}`, hint: `mkdir -p ${source}` });
    if (real !== source) {
      throw fail('PODMAN_MOUNT_REFUSED', {
        message: `mount ${source}`,
        actual: `leads to ${real}`,
        hint: `name ${real} itself`,
      });
    }
  }
}

/** Below one of them, or one of them, as text: `..`, `//` and a trailing slash are refused. */
export function isBelowAny(path: string, roots: readonly string[]): boolean {
  if (!path.startsWith('/') || /\/\/|\/$|\/\.\.?(\/|$)/.test(path)) return false;
  return roots.some((root) => path === root || path.startsWith(root === '/' ? '/' : `${root}/`));
}
