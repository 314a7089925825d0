import { isFleetError } from '@reconcile/core';
import { fail } from '../client/fail.ts';
import type { Work } from './context.ts';
import { endForwarder } from './forwarder.ts';
import { endOrphan } from './orphan.ts';

const settleMs = 200;

/**
 * Frees a name that only the storage layer still knows: a create that was killed, or a lost database. Its processes go
 * first, since `rm` would take away the only trace of them. No such leftover is fine.
 * @throws PODMAN_NOT_OURS when a real container has the name; PODMAN_STORAGE_LEFTOVER when it does not go
 */
export async function releaseLeftover(work: Work, name: string, id?: string): Promise<void> {
  const { client, cx, store } = work;
  // A create that was cut off may still be going on in podman's service: half a container for a moment.
  await cx.host.clock.sleep(settleMs, cx.signal);
  const found = (await client.containers()).find((row) => row.name === name && (id === undefined || row.id === id));
  if (found === undefined) return;
  if (found.state !== 'storage')
    throw fail('PODMAN_NOT_OURS', { message: `release leftover ${name}`, actual: 'a container of that name' });
  await endOrphan(cx.host, client, { store: await store(), id: found.id });
  await endForwarder(cx.host, await store(), found.id);
  await removeUnmounted(work, found.id);
  if ((await client.containers()).some((row) => row.id === found.id)) {
    throw fail('PODMAN_STORAGE_LEFTOVER', {
      message: `release leftover ${name}`,
      hint: `podman rm --force --storage ${found.id.slice(0, 12)}`,
    });
  }
}

/** Nobody unmounted what the lost container had: its shared memory lies inside the directory that is to go (4.3.1). */
async function removeUnmounted({ client, store }: Work, id: string): Promise<void> {
  try {
    await client.remove(id);
  } catch (error) {
    if (!isFleetError(error) || error.code !== 'PODMAN_IN_USE') throw error;
    const { graphRoot, driver } = await store();
    await client.unmount(`${graphRoot}/${driver}-containers/${id}/userdata/shm`);
    await client.remove(id);
  }
}
