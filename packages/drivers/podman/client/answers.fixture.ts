import {
  parseContainers,
  parseDetail,
  parseImage,
  parseImages,
  parseNetworks,
  parseRegistries,
  parseSecrets,
  parseStore,
  parseVolumes,
} from './parse.ts';

// Answers of podman, as its command line and its API give them (4.3.1), and who reads each.

export const id = 'e'.repeat(64);
export const imageId = '0'.repeat(64);
export const row = {
  Command: ['sleep'],
  Created: 1795206677,
  ExitCode: 0,
  ExitedAt: -62135596800,
  Id: id,
  ImageID: imageId,
  Labels: { a: 'b' },
  Names: ['c1'],
  Networks: ['n1'],
  Pid: 8942,
  StartedAt: 1795206678,
  State: 'running',
  Status: 'Up',
  Ports: [
    { host_ip: '127.0.0.1', container_port: 80, host_port: 15000, range: 1, protocol: 'tcp' },
    { host_ip: '::1', container_port: 90, host_port: 15010, range: 3, protocol: 'udp' },
    { host_ip: '', container_port: 9, host_port: 0, range: 1, protocol: 'tcp' },
  ],
};
export const storage = {
  Created: '2026-11-20T20:33:38.849220016Z',
  ExitCode: 0,
  ExitedAt: 0,
  Id: id,
  ImageID: imageId,
  Labels: null,
  Names: ['k3'],
  Networks: null,
  Pid: 0,
  Ports: null,
  StartedAt: 0,
  State: 'storage',
};
export const detail = {
  Id: id,
  Name: 'c1',
  Image: imageId,
  State: {
    Status: 'exited',
    Pid: 0,
    ExitCode: 3,
    StartedAt: '2026-11-20T20:31:17.763526508Z',
    FinishedAt: '0001-01-01T00:00:00Z',
  },
  Config: { Labels: { a: 'b' } },
  NetworkSettings: { Networks: { n1: { Aliases: ['x', 'eee'] }, n2: { Aliases: null } } },
};
export const image = {
  Id: imageId,
  Names: ['localhost/web:1'],
  RepoTags: null,
  RepoDigests: ['localhost/web@sha256:1'],
  Digest: 'sha256:1',
  Size: 5,
  Labels: null,
};
export const network = { name: 'n1', id, created: '2026-11-20T20:31:17.315Z', labels: { a: 'b' } };
export const volume = { Name: 'v1', CreatedAt: '2026-11-20T20:31:17.350944618Z', Labels: { a: 'b' } };
export const secret = { ID: '92ba', CreatedAt: '2026-11-20T20:31:17.390672172Z', Spec: { Name: 's1', Labels: null } };
export const info = {
  host: { arch: 'amd64', idMappings: { uidmap: [{ container_id: 0, host_id: 1001, size: 1 }], gidmap: null } },
  store: { graphRoot: '/g', runRoot: '/r', graphDriverName: 'overlay', volumePath: '/g/volumes' },
  version: { Version: '4.3.1' },
  registries: {
    search: ['docker.io'],
    'mirror.example.net': { Location: 'mirror.example.net', Insecure: true, Blocked: false },
  },
};

/** Each reader with an answer that it understands. */
export const readers = [
  [parseContainers, [row, storage]],
  [parseDetail, detail],
  [parseImages, [image]],
  [parseImage, image],
  [parseNetworks, [network]],
  [parseVolumes, [volume]],
  [parseSecrets, [secret]],
  [parseStore, info],
  [parseRegistries, info],
] as const;
