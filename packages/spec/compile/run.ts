import {
  type ContainerSpec,
  containerDefaults,
  type MountedFile,
  type PublishedPort,
  type RoutePort,
} from '@reconcile/core/kinds/container';
import { secretsIn } from '@reconcile/core/kinds/file';
import { contentHash } from '../hash/index.ts';
import type { ComponentDefinition, JobDefinition, RunDefinition, ServiceDefinition } from '../model/index.ts';
import { aliases, networkOf } from './names.ts';

const stopTimeoutMs = 10_000;
/** Something that writes gets time to finish writing. */
const writerStopTimeoutMs = 60_000;

export function stopTimeoutOf(run: Pick<RunDefinition, 'mounts' | 'stopTimeoutMs'>): number {
  const writes = run.mounts.some((mount) => !mount.readOnly);
  return run.stopTimeoutMs ?? (writes ? writerStopTimeoutMs : stopTimeoutMs);
}

/** What only a component has. */
type ComponentPart = Pick<ContainerSpec, 'files' | 'ports' | 'routes'>;
const none: ComponentPart = { files: [], ports: [], routes: [] };

/**
 * What a component and a job have in common, with every default filled in. Written out in the order of canonical JSON, so
 * that hashing a thousand of them is cheap; a new field of the kind is a type error here until somebody decides about it.
 */
function runSpec(run: RunDefinition, network: string, part: ComponentPart): ContainerSpec {
  return {
    aliases: [],
    capAdd: run.capAdd,
    command: run.command,
    cpus: run.cpus,
    devices: run.devices,
    entrypoint: run.entrypoint,
    env: run.env,
    extraHosts: run.extraHosts,
    files: part.files,
    hostname: run.hostname,
    image: run.image,
    labels: run.labels,
    logMaxBytes: containerDefaults.logMaxBytes,
    memory: run.memory,
    mounts: run.mounts,
    network,
    pids: run.pids,
    ports: part.ports,
    privileged: run.privileged,
    readOnly: run.readOnly,
    routes: part.routes,
    secrets: run.secrets,
    stopSignal: run.stopSignal,
    stopTimeoutMs: stopTimeoutOf(run),
    tmpfs: run.tmpfs,
    user: run.user,
    workdir: run.workdir,
  };
}

/** A component's container, as far as all its replicas agree: everything but the network names. */
export function componentSpec(
  service: ServiceDefinition,
  component: ComponentDefinition,
  files: readonly MountedFile[],
): ContainerSpec {
  const network = networkOf(service, component.network);
  const routes = component.routes.map(
    (route): RoutePort => ({
      containerPort: route.containerPort,
      fixed: route.containerPort === null ? null : fixedPort(route.containerPort, network, component.ports),
      name: route.name,
    }),
  );
  return runSpec(component, network, { files, ports: component.ports, routes });
}

/** One replica: its names on a named network. */
export function replicaSpec(
  spec: ContainerSpec,
  of: { readonly service: ServiceDefinition; readonly component: string; readonly base: string },
): ContainerSpec {
  const named = spec.network !== 'default' && spec.network !== 'host' && spec.network !== 'none';
  return named
    ? { ...spec, aliases: aliases(of.service, of.component, { base: of.base, network: spec.network }) }
    : spec;
}

const reachable = ['127.0.0.1', '', '0.0.0.0', '::', '::1'];

/**
 * The published port that reaches a route already, so that nothing has to be leased (specs/0003). On the host's network a
 * program with a port of its own is reached there directly.
 */
function fixedPort(wanted: number, network: string, ports: readonly PublishedPort[]): RoutePort['fixed'] {
  if (network === 'host') return { ip: '127.0.0.1', port: wanted };
  const fitting = ports.filter((p) => p.protocol === 'tcp' && p.container <= wanted && wanted < p.container + p.count);
  for (const ip of reachable) {
    const port = fitting.find((p) => p.ip === ip);
    if (port !== undefined) return { ip, port: port.host + wanted - port.container };
  }
  return null;
}

/** A job's container: `same:web` inherits image, env, secrets and network; what the job says itself wins. */
export function jobSpec(service: ServiceDefinition, job: JobDefinition): ContainerSpec {
  const like = service.components.find((component) => component.name === job.same);
  if (like === undefined) return runSpec(job, networkOf(service, job.network), none);
  const own = new Set([...job.secrets.map((secret) => secret.target), ...Object.keys(job.env)]);
  const secrets = [...like.secrets.filter((secret) => !own.has(secret.target)), ...job.secrets];
  const given = new Set(job.secrets.flatMap(({ env, target }) => (env ? [target] : [])));
  const inherited = Object.fromEntries(Object.entries(like.env).filter(([name]) => !given.has(name)));
  const run: RunDefinition = { ...job, image: like.image, env: { ...inherited, ...job.env }, secrets };
  return runSpec(run, networkOf(service, job.network ?? like.network), none);
}

/** Files with their content's hash; undefined for one that the snapshot does not have. */
export function mountedFile(file: ComponentDefinition['files'][number], bytes: Uint8Array, user: string): MountedFile {
  const secrets = secretsIn(bytes);
  const isFilled = secrets.length > 0;
  return {
    hash: contentHash(bytes),
    // Filled-in secrets are nobody else's to read, whatever was asked for.
    mode: isFilled ? '0400' : file.mode,
    onChange: file.onChange,
    // So they are the program's, where it can be told who that is: as mounted secrets are.
    owner: isFilled && file.owner === '' && /^\d+(:\d+)?$/.test(user) ? user : file.owner,
    secrets,
    target: file.target,
  };
}
