import type { Mount } from '@reconcile/core/kinds/container';
import { expect, test } from 'vitest';
import { drilledMounts, type SourceFact } from './mounts.ts';

const mount = (source: string, more: Partial<Mount> = {}): Mount => ({
  source,
  target: '/data',
  readOnly: false,
  options: [],
  ...more,
});
const fact = (kind: SourceFact['kind'], path: string, isElsewhere = false): SourceFact => ({ kind, path, isElsewhere });
const inStorage = '/var/lib/volumes/notes/_data';

interface Row {
  readonly given: Mount;
  readonly found: SourceFact;
  readonly overlays?: boolean;
  readonly wanted: Mount;
}

test.each<[string, Row]>([
  [
    'a directory that is written to',
    { given: mount('/srv/a'), found: fact('directory', '/srv/a'), wanted: mount('/srv/a', { options: ['O'] }) },
  ],
  [
    'a volume: where it lies, below a layer',
    { given: mount('notes'), found: fact('directory', inStorage), wanted: mount(inStorage, { options: ['O'] }) },
  ],
  [
    'options that change the data itself go',
    {
      given: mount('/srv/a', { options: ['U', 'Z'] }),
      found: fact('directory', '/srv/a'),
      wanted: mount('/srv/a', { options: ['O'] }),
    },
  ],
  [
    'what is read-only stays so',
    {
      given: mount('/srv/a', { readOnly: true, options: ['z'] }),
      found: fact('directory', '/srv/a'),
      wanted: mount('/srv/a', { readOnly: true }),
    },
  ],
  [
    'a storage driver without layers: read-only',
    {
      given: mount('/srv/a', { options: ['U'] }),
      found: fact('directory', '/srv/a'),
      overlays: false,
      wanted: mount('/srv/a', { readOnly: true }),
    },
  ],
  [
    'one file has no layer',
    { given: mount('/srv/a.txt'), found: fact('file', '/srv/a.txt'), wanted: mount('/srv/a.txt', { readOnly: true }) },
  ],
  [
    'a volume that is not there yet is made empty, as a recovery would',
    { given: mount('notes', { options: ['U'] }), found: fact('missing', inStorage), wanted: mount('notes') },
  ],
])('%s', (...[, { found, given, overlays = true, wanted }]) => {
  expect(drilledMounts({ mounts: [given] }, { overlays, sources: { [given.source]: found } })).toEqual({
    mounts: [wanted],
  });
});

test.each<[string, SourceFact, string]>([
  ['/srv/a', fact('missing', '/srv/a'), '/srv/a is not there'],
  ['/run/podman.sock', fact('socket', '/run/podman.sock'), '/run/podman.sock is a socket of this node'],
  ['/dev/ttyS0', fact('other', '/dev/ttyS0'), '/dev/ttyS0 is a device or pipe of this node'],
  ['nfs', fact('directory', inStorage, true), 'volume nfs has a driver or options of its own'],
])('%s cannot be had beside the node', (...[source, found, why]) => {
  const facts = { overlays: true, sources: { [source]: found } };
  expect(drilledMounts({ mounts: [mount(source)] }, facts)).toEqual({ why });
});
