import type { Claim, Json, Reference } from '@reconcile/core';
import {
  type ContainerSpec,
  containerClaims,
  containerReferences,
  isNamed,
  secretNamesOf,
} from '@reconcile/core/kinds/container';
import { type JobSpec, job as jobKind } from '@reconcile/core/kinds/job';
import type { NetworkSpec } from '@reconcile/core/kinds/network';
import type { SecretSpec } from '@reconcile/core/kinds/secret';
import type { VolumeSpec } from '@reconcile/core/kinds/volume';
import { contentHash, specHash } from '../hash/index.ts';
import type { ComponentDefinition, JobDefinition, ServiceDefinition } from '../model/index.ts';
import { careOf, updateOf } from './care.ts';
import type { Compilation } from './context.ts';
import { imageSpec } from './images.ts';
import { coveredBy, isBefore, slotsBefore } from './jobs.ts';
import { seats } from './names.ts';
import { refused } from './refusals.ts';
import { compileRoutes } from './routes.ts';
import { componentSpec, jobSpec, mountedFile, replicaSpec } from './run.ts';

/** Everything one service of this node comes to. */
export function compileService(service: ServiceDefinition, cx: Compilation): void {
  const specs = new Map(
    service.components.map((component) => [
      component.name,
      componentSpec(service, component, filesOf(service, component, cx)),
    ]),
  );
  const jobs = service.active ? service.jobs.map((job) => ({ job, run: jobSpec(service, job) })) : [];
  const no = refused(service, { specs, jobs }, cx);
  for (const component of service.components) {
    const spec = specs.get(component.name);
    if (spec === undefined || no.has(component.name)) continue;
    addContainers({ service, component, spec, jobs: jobs.map(({ job }) => job) }, cx);
    // Switched off, only the container is kept, stopped: nothing is pulled, made or looked for on its behalf.
    if (!service.active) continue;
    addNeeds(service, spec, cx);
    compileRoutes(service, component, cx);
  }
  for (const { job, run } of jobs) {
    if (no.has(job.name)) continue;
    addJob(service, { job, run }, cx);
    addNeeds(service, run, cx);
  }
}

function filesOf(
  service: ServiceDefinition,
  component: ComponentDefinition,
  { input }: Compilation,
): ContainerSpec['files'] {
  return component.files.flatMap((file) => {
    const bytes = input.snapshot.files.get(`services/${service.name}/${file.source}`);
    return bytes === undefined ? [] : [mountedFile(file, bytes, component.user)];
  });
}

interface Component {
  readonly service: ServiceDefinition;
  readonly component: ComponentDefinition;
  readonly spec: ContainerSpec;
  readonly jobs: readonly JobDefinition[];
}

function addContainers({ service, component, spec, jobs }: Component, cx: Compilation): void {
  const care = careOf(component, spec, cx.input.fleet) as unknown as Json;
  const waits: Reference[] = [
    ...slotsBefore(service, component.after, cx).map((slot) => ({ slot, booting: true })),
    ...jobs
      .filter((job) => isBefore(job) && coveredBy(job, service).includes(component.name))
      .map((job): Reference => ({ key: `job/${service.name}/${job.name}` })),
  ];
  for (const seat of seats(service, component)) {
    const own = replicaSpec(spec, { service, component: component.name, base: seat.base });
    const hash = specHash(own as unknown as Json);
    cx.out.put({
      key: `container/${seat.base}-${hash.slice(0, 8)}`,
      kind: 'container',
      slot: seat.slot,
      services: [service.name],
      stage: stageOf(service, cx),
      spec: own as unknown as Json,
      specHash: hash,
      care,
      active: service.active,
      references: [...containerReferences(own), ...waits],
      claims: claimsOf(component, own, cx),
    });
  }
}

/** Mounted volumes forbid two versions at once; the strategy may say more or less (specs/0002). */
function claimsOf(component: ComponentDefinition, spec: ContainerSpec, { input }: Compilation): Claim[] {
  const claims = containerClaims(spec);
  const { snapshot, strategy } = updateOf(component, input.fleet);
  switch (strategy) {
    case 'auto':
      return claims;
    case 'start-first':
      // A snapshot is of data that nobody writes to.
      return snapshot ? claims : claims.filter((claim) => claim.scope === 'node');
    case 'stop-first':
      return [...claims, { scope: 'slot', kind: 'volume', value: '*' }];
  }
}

interface JobRun {
  readonly job: JobDefinition;
  readonly run: ContainerSpec;
}

function addJob(service: ServiceDefinition, { job, run }: JobRun, cx: Compilation): void {
  const spec: JobSpec = {
    catchUp: job.catchUp,
    overlap: job.overlap,
    run,
    schedule: job.schedule,
    timeoutMs: job.timeoutMs,
    timezone: job.timezone,
    when: job.when,
  };
  const json = spec as unknown as Json;
  const covered = coveredBy(job, service);
  const after = job.when === 'after-update' ? [...new Set([...covered, ...job.after])] : afterOf(job, covered, service);
  const slot = `${service.name}/${job.name}`;
  cx.out.put({
    key: `job/${slot}`,
    kind: 'job',
    slot,
    services: [service.name],
    stage: stageOf(service, cx),
    spec: json,
    specHash: specHash(json),
    references: [...jobKind.references(spec), ...slotsBefore(service, after, cx).map((each) => ({ slot: each }))],
    claims: [],
  });
}

/** What a job waits for: what it says, and what the components it is for wait for, as long as those do not wait for it. */
function afterOf(job: JobDefinition, covered: readonly string[], service: ServiceDefinition): string[] {
  const inherited = service.components
    .filter((component) => covered.includes(component.name))
    .flatMap((component) => component.after);
  return [...new Set([...job.after, ...inherited])].filter((name) => !(isBefore(job) && covered.includes(name)));
}

function stageOf(service: ServiceDefinition, { stages }: Compilation): number {
  return stages.of(service) ?? stages.stages.length - 1;
}

/** Image, network, volumes and secrets: shared between all who name them. */
function addNeeds(service: ServiceDefinition, spec: ContainerSpec, cx: Compilation): void {
  const { out, input } = cx;
  out.share(`image/${spec.image}`, service.name, () => ({
    spec: imageSpec(spec.image, [service, ...cx.builders], input.node),
  }));
  if (isNamed(spec.network))
    out.share(`network/${spec.network}`, service.name, () => ({ spec: networkSpec(spec.network, cx) }));
  for (const { source } of spec.mounts)
    out.share(`volume/${source}`, service.name, () => ({ spec: volumeSpec(source, cx) }));
  for (const name of secretNamesOf(spec))
    out.share(`secret/${name}`, service.name, () => ({ spec: secretSpec(name, cx) }));
}

/** With the repository's value, where it has one: `secrets/<name>.age`. */
function secretSpec(name: string, { given, input }: Compilation): SecretSpec {
  const sealed = input.snapshot.files.get(`secrets/${name}.age`);
  return {
    name,
    ...(sealed === undefined ? {} : { sealed: contentHash(sealed) }),
    ...(given.has(name) ? {} : { filled: true }),
  };
}

function networkSpec(name: string, { networks }: Compilation): NetworkSpec {
  return networks.get(name) ?? { driver: 'bridge', internal: false, ipv6: false, name, options: {}, subnets: [] };
}

function volumeSpec(source: string, { volumes }: Compilation): VolumeSpec {
  if (source.startsWith('/')) return { driver: '', name: source, options: {}, source: 'host' };
  const declared = volumes.get(source);
  return { driver: declared?.driver ?? 'local', name: source, options: declared?.options ?? {}, source: 'named' };
}
