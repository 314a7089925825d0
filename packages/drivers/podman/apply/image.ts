import { type Facts, isFleetError } from '@reconcile/core';
import type { ImageArgs, RemoveArgs } from '@reconcile/core/kinds/image';
import { fail } from '../client/fail.ts';
import { splitRef } from '../observe/images.ts';
import { argsOf, isRealId, type Work } from './context.ts';

const pullTimeoutMs = 600_000;
const buildTimeoutMs = 1_200_000;

/** Fetches what the reference was pinned to, by digest where that is known, and lets the reference mean it. */
export async function pullImage(work: Work): Promise<Facts> {
  const { client, settings } = work;
  const { ref, digest, imageId } = argsOf<ImageArgs>(work.action);
  const { name, tag } = splitRef(ref);
  const pulled = await client.pull(
    digest === null ? ref : `${name}@${digest}`,
    settings.pullTimeoutMs ?? pullTimeoutMs,
  );
  if (isRealId(imageId) && pulled !== imageId) {
    throw fail('PODMAN_IMAGE_MOVED', {
      message: `pull image ${ref}`,
      wanted: imageId.slice(0, 12),
      actual: pulled.slice(0, 12),
    });
  }
  if (digest !== null && tag !== '') await client.tag(pulled, `${name}:${tag}`);
  return factsOf(work, pulled);
}

/** Lets the reference mean the pinned image again, which is in local storage. */
export async function retagImage(work: Work): Promise<Facts> {
  const { client } = work;
  const { ref, imageId } = argsOf<ImageArgs>(work.action);
  if ((await client.image(imageId)) === undefined)
    throw fail('PODMAN_NO_IMAGE', { message: `tag image ${ref}`, wanted: imageId.slice(0, 12) });
  const { name, tag, digest } = splitRef(ref);
  if (digest === '' || tag !== '') await client.tag(imageId, tag === '' ? name : `${name}:${tag}`);
  return factsOf(work, imageId);
}

/**
 * Takes away an image that we brought and nothing uses any more. What has another name by now, means something else, or is used
 * after all is somebody else's: it stays, and we no longer count it as ours.
 */
export async function removeImage(work: Work): Promise<Facts> {
  const { client, cx } = work;
  const { ref, imageId } = argsOf<RemoveArgs>(work.action);
  const there = await client.image(ref);
  if (there === undefined || there.id !== imageId || there.names.length !== 1) return {};
  try {
    await client.removeImage(ref);
  } catch (error) {
    if (!isFleetError(error) || error.code !== 'PODMAN_IN_USE') throw error;
    cx.log.debug('image stays', { ref });
  }
  return {};
}

export async function buildImage(work: Work): Promise<Facts> {
  const { client, cx, settings } = work;
  const { ref, build } = argsOf<ImageArgs>(work.action);
  if (build === null) throw fail('PODMAN_VERB', { message: `build image ${ref}`, actual: 'no build context' });
  if ((await cx.host.files.stat(build.context))?.kind !== 'directory') {
    throw fail('PODMAN_BUILD_FAILED', { message: `build image ${ref}`, wanted: `directory ${build.context}` });
  }
  const built = await client.build({ ref, ...build, timeoutMs: settings.buildTimeoutMs ?? buildTimeoutMs });
  return factsOf(work, built);
}

/** What the pin is made of. The digest is the registry's word; a built image has none that anybody could pull by. */
async function factsOf(work: Work, imageId: string): Promise<Facts> {
  const image = await work.client.image(imageId);
  const pulled = work.action.verb !== 'build' && image !== undefined && image.digest !== '';
  return { imageId, ...(pulled ? { digest: image.digest } : {}) };
}
