import { writeFile } from 'node:fs/promises';
import type { Action } from '@reconcile/core';
import type { MountedFile } from '@reconcile/core/kinds/container';
import type { PodmanGround } from './driver-suite.ts';
import { action, containerActions, jobAction } from './node-actions.ts';

/** A life of all kinds of the container drivers: made, changed in place, replaced beside the old one, and gone again. */
export async function nodeScript(ground: PodmanGround): Promise<readonly Action[]> {
  const { world, prefix, image, imageId } = ground;
  const net = `${prefix}-net`;
  const volume = `${prefix}-data`;
  const secret = `${prefix}-pass`;
  await writeFile(`${world.root}/secrets/${secret}`, 'hush', { mode: 0o600 });
  const template = await world.blob(`pass={{secret:${secret}}}`);
  const before = await world.blob('one');
  const after = await world.blob('two');
  const file = (hash: string): MountedFile => ({
    target: '/etc/web.conf',
    hash,
    mode: '0640',
    owner: '',
    onChange: { signal: 'SIGHUP' },
    secrets: [],
  });
  const filled: MountedFile = {
    target: '/etc/filled.conf',
    hash: template,
    mode: '0400',
    owner: '',
    onChange: 'restart',
    secrets: [secret],
  };
  const { onChange: _asked, ...filledSpec } = filled;
  const fileSpec = (hash: string) => ({ target: '/etc/web.conf', hash, mode: '0640', owner: '', secrets: [] });
  const spec = (hash: string) => ({
    image,
    network: net,
    aliases: [prefix, `${prefix}-web`],
    env: { GREETING: 'hello, world' },
    routes: [{ name: '', containerPort: 8080, fixed: null }],
    mounts: [{ source: volume, target: '/data', readOnly: false, options: [] }],
    secrets: [
      { name: secret, target: '/run/secrets/pass', env: false },
      { name: secret, target: 'PASS', env: true },
    ],
    files: [file(hash), filled],
    stopTimeoutMs: 1000,
  });
  const ports = [await ground.freePort(), await ground.freePort()] as const;
  const old = containerActions({ name: `${prefix}-old`, spec: spec(before), imageId, port: ports[0] });
  const next = containerActions({ name: `${prefix}-new`, spec: spec(after), imageId, port: ports[1], aliased: false });
  const changed = {
    ...(old.create.args as unknown as { spec: Parameters<typeof old.signal>[1] }).spec,
    files: [file(after), filled],
  };
  const lease = (name: string, port: number) => action(`port-lease/${name}/`, 'acquire', { port });
  const copy = (name: string, hash: string, verb: 'create' | 'update') =>
    action(`file/${name}/etc/web.conf`, verb, { container: name, spec: fileSpec(hash) });
  const fill = (name: string, verb: 'create' | 'update') =>
    action(`file/${name}/etc/filled.conf`, verb, { container: name, spec: filledSpec });
  const gone = (name: string) => [
    action(`file/${name}/etc/filled.conf`, 'delete', { container: name }),
    action(`file/${name}/etc/web.conf`, 'delete', { container: name }),
    action(`port-lease/${name}/`, 'delete', {}),
  ];
  const netSpec = { name: net, driver: '', subnets: [], internal: false, ipv6: false, options: {} };
  world.want(`image/${image}`, { ref: image, build: null });
  return [
    action(`network/${net}`, 'create', { spec: netSpec, specHash: '' }),
    action(`volume/${volume}`, 'create', { spec: { source: 'named', name: volume, driver: '', options: {} } }),
    action(`secret/${secret}`, 'create', { name: secret, hmac: null }),
    lease(`${prefix}-old`, ports[0]),
    copy(`${prefix}-old`, before, 'create'),
    fill(`${prefix}-old`, 'create'),
    fill(`${prefix}-old`, 'update'),
    old.create,
    old.start,
    copy(`${prefix}-old`, after, 'update'),
    old.signal('SIGHUP', changed as Parameters<typeof old.signal>[1]),
    old.exec(['true']),
    lease(`${prefix}-new`, ports[1]),
    copy(`${prefix}-new`, after, 'create'),
    fill(`${prefix}-new`, 'create'),
    next.create,
    next.start,
    next.alias,
    old.drain,
    old.stop,
    old.delete(),
    ...gone(`${prefix}-old`),
    next.stop,
    next.start,
    next.stop,
    next.delete(),
    ...gone(`${prefix}-new`),
    jobAction(`${prefix}-migrate`, { image, command: ['true'] }),
    action(`secret/${secret}`, 'delete', { name: secret, hmac: null }),
    action(`network/${net}`, 'delete', { name: net }),
  ];
}
