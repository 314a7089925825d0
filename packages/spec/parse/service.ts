import type { JobDefinition, NetworkDefinition, ServiceDefinition, VolumeDefinition } from '../model/index.ts';
import {
  jobSchema,
  longService,
  networkSchema,
  type ServiceInput,
  shortService,
  volumeSchema,
} from '../schema/service.ts';
import { serviceTables, shortTables } from '../schema/tables.ts';
import { isNetwork, plainPath, relativePath } from '../syntax/index.ts';
import { checkTable } from './check.ts';
import { readComponent } from './component.ts';
import { isMounts, longForm, shortForm } from './component-forms.ts';
import { checkFilled } from './filled.ts';
import { readJob } from './job.ts';
import { Mounted } from './mounted.ts';
import type { ParsedComponent } from './parsed-component.ts';
import type { Place, Report } from './report.ts';
import { keepEach, type Placed } from './texts.ts';

/** One service file as read, with the places of what other files may clash with. */
export interface ParsedService {
  readonly report: Report;
  readonly definition: ServiceDefinition;
  readonly components: readonly ParsedComponent[];
  readonly jobs: readonly Placed<JobDefinition>[];
  readonly networks: readonly Placed<NetworkDefinition>[];
  readonly volumes: readonly Placed<VolumeDefinition>[];
}

/** What reading one service needs of the snapshot around it. */
export interface Surroundings {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly total: { bytes: number; readonly seen: Set<string> };
}

/** undefined: so broken that nothing can be said about its parts. */
export function readService(report: Report, around: Surroundings): ParsedService | undefined {
  const raw = report.raw as Readonly<Record<string, unknown>>;
  const isShort = raw.components === undefined;
  const place: Place = { report, path: [], tables: isShort ? shortTables : serviceTables };
  const input = checkTable<ServiceInput>(isShort ? shortService : longService, raw, place);
  if (input === undefined) return undefined;

  const mounted = new Mounted(around.files, input.name, around.total);
  const components = (isShort ? shortForm(raw, input, place) : longForm(input, place)).map(({ name, at, value }) =>
    readComponent(name, value, { place: at, mounted }),
  );
  const jobs = readJobs(input, components, place);
  checkFilled({ service: input.name, components, jobs, files: around.files });
  const networks = readNetworks(input.networks, place);
  const volumes = readVolumes(isMounts(input.volumes) ? undefined : input.volumes, place);
  const definition: ServiceDefinition = {
    name: input.name,
    file: report.file,
    node: input.node ?? null,
    tier: input.tier ?? 'worker',
    active: input.active ?? true,
    path: sourcePath(input, place),
    dependsOn: input.depends_on ?? [],
    stage: input.stage ?? null,
    builds: readBuilds(input, place),
    components: components.map((component) => component.definition),
    jobs: jobs.map((job) => job.value),
    networks: networks.map((network) => network.value),
    volumes: volumes.map((volume) => volume.value),
  };
  if (report.file !== `services/${input.name}.toml`) {
    report.warn('FileName', ['name'], {
      message: `the file of service "${input.name}" is ${report.file}`,
      hint: `name it services/${input.name}.toml`,
    });
  }
  return { report, definition, components, jobs, networks, volumes };
}

/** A list of tables, each checked by itself; one that cannot be read is left out. */
function readTables<I, T>(
  input: unknown,
  read: (entry: unknown, at: Place) => I | undefined,
  cx: { place: Place; key: string; make: (input: I, at: Place) => T },
): Placed<T>[] {
  if (input === undefined) return [];
  const { place, key } = cx;
  if (!Array.isArray(input)) {
    place.report.error('WrongType', [key], {
      message: `expected a list of tables`,
      at: 'key',
      hint: `write [[${key}]], with two brackets`,
    });
    return [];
  }
  return input.flatMap((entry: unknown, i): Placed<T>[] => {
    const at = { ...place, path: [key, i] };
    const checked = read(entry, at);
    return checked === undefined ? [] : [{ value: cx.make(checked, at), path: at.path }];
  });
}

function readJobs(input: ServiceInput, components: readonly ParsedComponent[], place: Place): Placed<JobDefinition>[] {
  const names = components.map((component) => component.definition.name);
  const jobs = readTables(input.jobs, (entry, at) => checkTable(jobSchema, entry, at), {
    place,
    key: 'jobs',
    make: (job, at) => readJob(job, names, at),
  });
  const seen = new Set(names);
  for (const { value, path } of jobs) {
    if (seen.has(value.name))
      place.report.error('DuplicateName', [...path, 'name'], `there is another component or job "${value.name}"`);
    seen.add(value.name);
  }
  return jobs;
}

function readNetworks(input: unknown, place: Place): Placed<NetworkDefinition>[] {
  const networks = readTables(input, (entry, at) => checkTable(networkSchema, entry, at), {
    place,
    key: 'networks',
    make: (network, at): NetworkDefinition => ({
      name: network.name,
      driver: network.driver ?? 'bridge',
      subnets: keepEach(network.subnets, (text) => text.includes('/') && isNetwork(text), {
        place: at,
        key: 'subnets',
        expected: 'a network such as "10.90.1.0/24"',
      }),
      internal: network.internal ?? false,
      ipv6: network.ipv6 ?? false,
      options: network.options ?? {},
    }),
  });
  for (const { value, path } of networks) {
    if (['default', 'host', 'none', 'bridge', 'podman'].includes(value.name))
      place.report.error('WrongValue', [...path, 'name'], `"${value.name}" is podman's own`);
  }
  return onceEach(networks, place);
}

function readVolumes(input: unknown, place: Place): Placed<VolumeDefinition>[] {
  const volumes = readTables(input, (entry, at) => checkTable(volumeSchema, entry, at), {
    place,
    key: 'volumes',
    make: (volume): VolumeDefinition => ({
      name: volume.name,
      driver: volume.driver ?? 'local',
      options: volume.options ?? {},
    }),
  });
  return onceEach(volumes, place);
}

function onceEach<T extends { readonly name: string }>(items: readonly Placed<T>[], place: Place): Placed<T>[] {
  const seen = new Set<string>();
  return items.filter(({ value, path }) => {
    if (!seen.has(value.name)) return seen.add(value.name).size > 0;
    place.report.error('DuplicateName', [...path, 'name'], `"${value.name}" is declared twice`);
    return false;
  });
}

function sourcePath(input: ServiceInput, place: Place): string {
  if (input.path === undefined) return input.name;
  if (plainPath(input.path) === '/' && !input.path.startsWith('/') && !input.path.includes('..')) return '';
  const path = relativePath(input.path);
  if (path !== undefined) return path;
  place.report.error('WrongValue', ['path'], {
    message: `expected a directory below the workspace, found ${JSON.stringify(input.path)}`,
    hint: "it is relative to node.toml's workspace",
  });
  return input.name;
}

function readBuilds(input: ServiceInput, place: Place): Record<string, string> {
  const builds: Record<string, string> = {};
  for (const [name, file] of Object.entries(input.build?.images ?? {})) {
    const path = ['build', 'images', name];
    const relative = relativePath(file);
    if (!/^[a-z0-9][a-z0-9._/-]*$/.test(name)) {
      place.report.error('WrongValue', path, {
        message: 'expected the last part of an image name, without registry and tag',
        at: 'key',
      });
    } else if (relative === undefined) {
      place.report.error(
        'WrongValue',
        path,
        `expected a Containerfile below the source directory, found ${JSON.stringify(file)}`,
      );
    } else {
      builds[name] = relative;
    }
  }
  return builds;
}
