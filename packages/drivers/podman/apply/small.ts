import { type Facts, isFleetError, type Json } from '@reconcile/core';
import type { NetworkSpec } from '@reconcile/core/kinds/network';
import type { VolumeSpec } from '@reconcile/core/kinds/volume';
import { fail } from '../client/fail.ts';
import { isOurs, labels, makerLabels, specLabels } from '../labels.ts';
import { copyName, readSecretFile, sealedMark, secretMark } from '../secrets/index.ts';
import { argsOf, type Work } from './context.ts';

// Networks, volumes and secrets: a make that finds its own is done, a removal touches only what carries our labels.

export async function createNetwork(work: Work): Promise<Facts> {
  const { cx, client, action } = work;
  const { spec } = argsOf<{ spec: NetworkSpec }>(action);
  const own = {
    ...makerLabels(cx),
    [labels.slot]: action.services.join(','),
    ...specLabels(spec as unknown as Json, 1),
  };
  await unlessThere(() => client.createNetwork({ ...spec, labels: own }));
  return {};
}

export async function deleteNetwork(work: Work): Promise<Facts> {
  const { cx, client, action } = work;
  const { name } = argsOf<{ name: string }>(action);
  const there = (await client.networks()).find((row) => row.name === name);
  if (there === undefined) return {};
  if (!isOurs(there.labels, cx)) throw fail('PODMAN_NOT_OURS', { message: `remove network ${name}` });
  await client.removeNetwork(name);
  return {};
}

export async function createVolume(work: Work): Promise<Facts> {
  const { cx, client, action } = work;
  const { spec } = argsOf<{ spec: VolumeSpec }>(action);
  const { name, driver, options } = spec;
  if (spec.source !== 'named')
    throw fail('PODMAN_VERB', { message: `create volume ${name}`, actual: 'a host directory is never made' });
  await unlessThere(() => client.createVolume({ name, driver, options, labels: makerLabels(cx) }));
  return {};
}

async function unlessThere(make: () => Promise<void>): Promise<void> {
  try {
    await make();
  } catch (error) {
    if (!isFleetError(error) || error.code !== 'PODMAN_NAME_IN_USE') throw error;
  }
}

/** Copies the node's file into podman, which cannot change a secret in place (4.3). Running containers keep what they have. */
export async function createSecret(work: Work): Promise<Facts> {
  const { cx, client, settings } = work;
  const { name, sealed } = argsOf<{ name: string; sealed?: string | null }>(work.action);
  const content = await readSecretFile(cx.host, settings.secretsDir, name);
  const path = `${settings.secretsDir}/${name}`;
  if (content === undefined && typeof sealed === 'string') return createUnsealed(work, name, sealed);
  if (content === undefined) throw fail('SECRET_MISSING', { message: `create secret ${name}`, wanted: path });
  const key = await settings.nodeKey();
  await removeCopy(work, name);
  await client.createSecret(copyName(name), { path, content }, makerLabels(cx));
  return { hmac: secretMark(content, key) };
}

/** From the repository: the value is in memory, and for the command line alone in a file of memory, for a moment. */
async function createUnsealed(work: Work, name: string, sealed: string): Promise<Facts> {
  const { cx, client, settings } = work;
  if (settings.unseal === undefined)
    throw fail('SECRET_MISSING', { message: `create secret ${name}`, wanted: `${settings.secretsDir}/${name}` });
  const content = await settings.unseal(name, sealed);
  const dir = `${cx.host.home.runtimeDir}/reconcile`;
  const path = `${dir}/secret-${cx.host.ids.random()}`;
  await removeCopy(work, name);
  try {
    if (client.via === 'cli') {
      await cx.host.files.makeDir(dir, { mode: 0o700 });
      await cx.host.files.write(path, content, { mode: 0o600 });
    }
    await client.createSecret(copyName(name), { path, content }, makerLabels(cx));
  } finally {
    if (client.via === 'cli') await cx.host.files.remove(path);
  }
  return { hmac: sealedMark(sealed) };
}

export async function deleteSecret(work: Work): Promise<Facts> {
  await removeCopy(work, argsOf<{ name: string }>(work.action).name);
  return {};
}

async function removeCopy({ cx, client }: Work, name: string): Promise<void> {
  const there = (await client.secrets()).find((row) => row.name === copyName(name));
  if (there === undefined) return;
  if (!isOurs(there.labels, cx)) throw fail('PODMAN_NOT_OURS', { message: `remove secret ${copyName(name)}` });
  await client.removeSecret(copyName(name));
}
