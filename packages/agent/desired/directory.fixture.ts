import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeConfig } from '../config/model.ts';

const longAgo = new Date(Date.now() - 3_600_000);

/** A file of the fleet below `dir`, settled for long: a directory that is being written right now is another matter. */
export function writeSettled(dir: string, path: string, text: string): void {
  const fleet = join(dir, 'fleet');
  const file = join(fleet, path);
  writeFileSync(file, text);
  for (const place of [file, join(file, '..'), fleet]) utimesSync(place, longAgo, longAgo);
}

/** A node without anything, whose source is that fleet as a plain directory. */
export function directoryNode(dir: string): NodeConfig {
  return {
    node: 'rift',
    stateDir: dir,
    source: { type: 'directory', path: join(dir, 'fleet') },
    addresses: [],
    listeners: {},
    workspace: null,
    driverTable: () => undefined,
    api: { unix: '', socketGroup: '', http: [], hosts: [], grpc: [] },
    policy: { mounts: [], images: ['*'], flags: [], blast: { services: 1, percent: 25 } },
  } as unknown as NodeConfig;
}
