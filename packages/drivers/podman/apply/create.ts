import { canonicalJson, type Facts, isFleetError, type Json } from '@reconcile/core';
import { type CreateArgs, withoutValues } from '@reconcile/core/kinds/container';
import type { ContainerDraft } from '../client/contract.ts';
import { fail } from '../client/fail.ts';
import { containerLabels, isOurs, labels, specOf } from '../labels.ts';
import { argsOf, isRealId, secretNaming, type Work } from './context.ts';
import { draftOf } from './draft.ts';
import { releaseLeftover } from './leftover.ts';
import { checkSources } from './sources.ts';

/**
 * Makes a container. Repeated after an interruption it finds its own: by name, labels and recorded spec; or only the
 * storage half of it, which is released first.
 */
export async function createContainer(work: Work): Promise<Facts> {
  const { cx, action, settings } = work;
  const args = argsOf<CreateArgs>(action);
  const imageId = await localImage(work, args.spec.image, args.imageId);
  const naming = await secretNaming(
    work,
    args.spec.secrets.map((secret) => secret.name),
  );
  const own = containerLabels(cx, { slot: action.slot, name: args.name, spec: args.spec, schema: args.schema });
  const { name, env, ports, aliases } = args;
  const dirs = { filesDir: settings.filesDir, filledDir: await settings.filledDir() };
  const draft = draftOf(args.spec, {
    name,
    labels: own,
    env,
    ports,
    aliases,
    ...dirs,
    secretName: naming,
  });
  const isCopy = (path: string) => Object.values(dirs).some((dir) => dir !== undefined && path.startsWith(`${dir}/`));
  const fromHost = draft.mounts.filter((mount) => !isCopy(mount.source));
  await checkSources(cx.host, fromHost, settings.policyMounts);
  const id = await createOnce(work, draft, (seen) => isSame(seen, args, work));
  return { id, imageId };
}

/** Creates, or takes what an earlier try left. `isMine` says whether a container of that name is what was to be made. */
export async function createOnce(
  work: Work,
  draft: ContainerDraft,
  isMine: (labels: Readonly<Record<string, string>>) => boolean,
): Promise<string> {
  const { client } = work;
  try {
    return await client.create(draft);
  } catch (error) {
    if (!isFleetError(error) || error.code !== 'PODMAN_NAME_IN_USE') throw error;
    const there = await client.container(draft.name);
    if (there !== undefined) {
      if (isMine(there.labels)) return there.id;
      const actual = `one with id ${there.id.slice(0, 12)}, made ${isOurs(there.labels, work.cx) ? 'from another spec' : 'by somebody else'}`;
      throw fail('PODMAN_NAME_IN_USE', {
        message: `create container ${draft.name}`,
        actual,
        hint: `podman rm ${draft.name}`,
        cause: error,
      });
    }
    await releaseLeftover(work, draft.name);
    return client.create(draft);
  }
}

/** Recorded on it is what we were about to record. A spec too long for a label is known by its slot and key alone. */
function isSame(seen: Readonly<Record<string, string>>, args: CreateArgs, { cx, action }: Work): boolean {
  if (!isOurs(seen, cx) || seen[labels.key] !== `container/${args.name}` || seen[labels.slot] !== action.slot)
    return false;
  const recorded = specOf(seen);
  return (
    recorded === undefined ||
    canonicalJson(recorded.spec) === canonicalJson(withoutValues(args.spec) as unknown as Json)
  );
}

/** Nothing is pulled here: the image must be there, and mean what it was pinned to. */
export async function localImage(work: Pick<Work, 'image'>, ref: string, pinned: string): Promise<string> {
  const image = await work.image(ref);
  if (image === undefined) throw fail('PODMAN_NO_IMAGE', { message: `use image ${ref}`, hint: `podman pull ${ref}` });
  if (isRealId(pinned) && image.id !== pinned) {
    throw fail('PODMAN_IMAGE_MOVED', {
      message: `use image ${ref}`,
      wanted: pinned.slice(0, 12),
      actual: image.id.slice(0, 12),
    });
  }
  return image.id;
}
