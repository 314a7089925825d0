import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isFleetError } from '@reconcile/core';
import { createReadHost } from '@reconcile/host/reading';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkSources, isBelowAny } from './sources.ts';

let dir = '';
beforeAll(async () => {
  dir = await realpath(await mkdtemp(`${tmpdir()}/reconcile-mount-`));
  await mkdir(`${dir}/in/deep`, { recursive: true });
  await mkdir(`${dir}/out`);
  await symlink(`${dir}/out`, `${dir}/in/link`);
  await symlink('/etc', `${dir}/in/etc`);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test.each([
  ['/srv', true],
  ['/srv/a', true],
  ['/srvx', false],
  ['/srv/../etc', false],
  ['/srv//a', false],
  ['/srv/a/', false],
  ['/srv/./a', false],
  ['srv', false],
  ['/', false],
  ['/data', true],
])('%s below /srv or /data: %s', (path, is) => {
  expect(isBelowAny(path, ['/srv', '/data'])).toBe(is);
});

test.each([
  ['in/deep', undefined],
  ['in', undefined],
  ['out', 'PODMAN_MOUNT_REFUSED'],
  ['in/link', 'PODMAN_MOUNT_REFUSED'],
  ['in/etc', 'PODMAN_MOUNT_REFUSED'],
  ['in/etc/passwd', 'PODMAN_MOUNT_REFUSED'],
  ['in/none', 'PODMAN_NO_SOURCE'],
])('%s → %s', async (path, code) => {
  const mounts = [{ type: 'bind', source: `${dir}/${path}`, target: '/x', options: [] }] as const;
  const error = await checkSources(createReadHost(), mounts, [`${dir}/in`]).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(isFleetError(error) ? error.code : error).toBe(code);
});
