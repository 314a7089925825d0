import {
  type Claim,
  canonicalJson,
  type Desired,
  defaultBlast,
  digest,
  type Json,
  type Reference,
  type Resource,
  type ResourceKey,
  type Stage,
} from '@reconcile/core';
import {
  type ContainerCare,
  type ContainerSpec,
  containerClaims,
  containerDefaults,
  containerReferences,
  type OnChange,
} from '@reconcile/core/kinds/container';
import type { JobSpec } from '@reconcile/core/kinds/job';
import { type RecordSpec, record } from '@reconcile/core/kinds/record';
import { type RouteSpec, routeDefaults, routeReferences } from '@reconcile/core/kinds/route';
import { anyPredecessor } from '@reconcile/core/plan';

// A small stand-in for the compiler: worlds for planner tests in a few words, without TOML.

export interface ComponentModel {
  readonly name: string;
  readonly image: string;
  readonly network?: string;
  /** Fixed host ports, tcp on every address. */
  readonly ports?: readonly number[];
  readonly volumes?: readonly { name: string; readOnly: boolean }[];
  readonly routes?: readonly { name: string; hostname: string; listener: number; named?: boolean }[];
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: readonly { target: string; hash: string; onChange: OnChange; secrets?: readonly string[] }[];
  readonly secrets?: readonly string[];
  readonly dependsOn?: readonly string[];
  readonly replicas?: number;
  readonly strategy?: 'auto' | 'start-first' | 'stop-first';
  readonly restart?: ContainerCare['restart'];
  /** Its data is saved before an update. */
  readonly snapshot?: boolean;
}

export interface JobModel {
  readonly name: string;
  readonly image: string;
  readonly when: JobSpec['when'];
}

export interface ServiceModel {
  readonly name: string;
  readonly stage: number;
  readonly active?: boolean;
  readonly components: readonly ComponentModel[];
  readonly jobs?: readonly JobModel[];
}

export interface FleetModel {
  readonly services: readonly ServiceModel[];
  readonly stages?: number;
  readonly allows?: readonly string[];
}

export const careDefaults: ContainerCare = {
  health: {
    type: 'tcp',
    path: '',
    port: null,
    command: [],
    expect: '',
    intervalMs: 10_000,
    timeoutMs: 3000,
    startPeriodMs: 0,
    successes: 1,
    failures: 3,
  },
  update: {
    strategy: 'auto',
    minReadyMs: 2000,
    deadlineMs: 120_000,
    drainMs: 10_000,
    rollback: true,
    snapshot: false,
    holdRequests: true,
  },
  restart: 'unless-stopped',
  ignore: [],
};

const hash = (value: unknown) => digest(canonicalJson(value as Json)) + digest(`${canonicalJson(value as Json)}x`);

export function containerSpec(service: ServiceModel, part: ComponentModel): ContainerSpec {
  const base = service.components.length === 1 ? service.name : `${service.name}-${part.name}`;
  return {
    ...containerDefaults,
    image: part.image,
    env: part.env ?? {},
    network: part.network ?? 'default',
    aliases: [...new Set([base, `${service.name}-${part.name}`])],
    ports: (part.ports ?? []).map((port) => ({ ip: '', host: port, container: port, count: 1, protocol: 'tcp' })),
    routes: (part.routes ?? []).map((route) => ({ name: route.name, containerPort: null, fixed: null })),
    mounts: (part.volumes ?? []).map((v) => ({
      source: v.name,
      target: `/data/${v.name}`,
      readOnly: v.readOnly,
      options: [],
    })),
    files: (part.files ?? []).map((f) => ({
      target: f.target,
      hash: f.hash,
      mode: '0640',
      owner: '',
      onChange: f.onChange,
      secrets: f.secrets ?? [],
    })),
    secrets: (part.secrets ?? []).map((name) => ({ name, target: `/run/secrets/${name}`, env: false })),
  };
}

/** Desired of one node, from a model. Stages are `s0`, `s1` … */
export function desiredOf(model: FleetModel, generation = 1): Desired {
  const resources: Record<ResourceKey, Resource> = {};
  const put = (resource: Resource) => {
    const before = resources[resource.key];
    const services = [...new Set([...(before?.services ?? []), ...resource.services])].sort();
    resources[resource.key] = { ...resource, services };
  };
  const plain = (
    key: ResourceKey,
    spec: unknown,
    services: readonly string[],
    claims: readonly Claim[] = [],
    references: readonly Reference[] = [],
  ) => {
    put({
      key,
      kind: key.slice(0, key.indexOf('/')),
      slot: key,
      services,
      spec: spec as Json,
      specHash: hash(spec),
      references,
      claims,
    });
  };
  for (const service of model.services) {
    for (const part of service.components) addComponent(service, part, put, plain, model);
    for (const job of service.active === false ? [] : (service.jobs ?? [])) {
      const run = { ...containerDefaults, image: job.image };
      const spec: JobSpec = {
        when: job.when,
        run,
        timeoutMs: 60_000,
        schedule: '',
        timezone: 'UTC',
        overlap: 'skip',
        catchUp: false,
      };
      const after: Reference[] =
        job.when === 'after-update' ? service.components.map((c) => ({ slot: `${service.name}/${c.name}` })) : [];
      put({
        key: `job/${service.name}/${job.name}`,
        kind: 'job',
        slot: `${service.name}/${job.name}`,
        services: [service.name],
        stage: service.stage,
        spec: spec as unknown as Json,
        specHash: hash(spec),
        references: [...containerReferences(run), ...after],
        claims: [],
      });
      plain(`image/${job.image}`, { ref: job.image, build: null }, [service.name]);
    }
  }
  const stages: Stage[] = Array.from({ length: model.stages ?? 3 }, (_, i) => ({
    name: `s${i}`,
    timeoutMs: 120_000,
    onTimeout: 'continue',
  }));
  return {
    fleet: 'test',
    node: 'rift',
    generation,
    commit: hash(model).slice(0, 12),
    stages,
    services: Object.fromEntries(model.services.map((s) => [s.name, { stage: s.stage, active: s.active !== false }])),
    resources,
    refusals: [],
    absences: [],
    allows: model.allows ?? [],
    policy: { mounts: ['/srv'], images: ['*'], flags: [], blast: defaultBlast },
  };
}

function addComponent(
  service: ServiceModel,
  part: ComponentModel,
  put: (resource: Resource) => void,
  plain: (
    key: ResourceKey,
    spec: unknown,
    services: readonly string[],
    claims?: readonly Claim[],
    references?: readonly Reference[],
  ) => void,
  model: FleetModel,
): void {
  const spec = containerSpec(service, part);
  const base = spec.aliases[0] ?? service.name;
  const strategy = part.strategy ?? 'auto';
  const own = containerClaims(spec);
  const claims: Claim[] =
    strategy === 'start-first'
      ? own.filter((claim) => claim.scope === 'node')
      : strategy === 'stop-first'
        ? [...own, { scope: 'slot', kind: 'volume', value: anyPredecessor }]
        : own;
  const jobs = (service.jobs ?? []).filter((job) => job.when.startsWith('before-'));
  const references: Reference[] = [
    ...containerReferences(spec),
    ...(part.dependsOn ?? [])
      .filter((slot) => model.services.some((s) => s.active !== false && slot.startsWith(`${s.name}/`)))
      .map((slot): Reference => ({ slot, booting: true })),
    ...jobs.map((job): Reference => ({ key: `job/${service.name}/${job.name}` })),
  ];
  const care = {
    ...careDefaults,
    restart: part.restart ?? 'unless-stopped',
    update: { ...careDefaults.update, strategy, snapshot: part.snapshot === true },
  };
  const replicas = part.replicas ?? 1;
  for (let n = 1; n <= replicas; n++) {
    const slot = replicas === 1 ? `${service.name}/${part.name}` : `${service.name}/${part.name}/${n}`;
    const name = replicas === 1 ? base : `${base}-${n}`;
    put({
      key: `container/${name}-${hash({ spec, slot }).slice(0, 8)}`,
      kind: 'container',
      slot,
      services: [service.name],
      stage: service.stage,
      spec: spec as unknown as Json,
      specHash: hash(spec),
      care: care as unknown as Json,
      active: service.active !== false,
      references,
      claims,
    });
  }
  plain(`image/${part.image}`, { ref: part.image, build: null }, [service.name]);
  if (spec.network !== 'default' && spec.network !== 'host') {
    plain(
      `network/${spec.network}`,
      { name: spec.network, driver: 'bridge', subnets: [], internal: false, ipv6: false, options: {} },
      [service.name],
    );
  }
  for (const volume of part.volumes ?? [])
    plain(`volume/${volume.name}`, { source: 'named', name: volume.name, driver: 'local', options: {} }, [
      service.name,
    ]);
  for (const secret of (part.files ?? []).flatMap((file) => file.secrets ?? []))
    plain(`secret/${secret}`, { name: secret, filled: true }, [service.name]);
  for (const secret of part.secrets ?? []) plain(`secret/${secret}`, { name: secret }, [service.name]);
  if (service.active === false) return;
  for (const route of part.routes ?? []) {
    plain(
      `listener/${route.listener}`,
      { port: route.listener, binds: [`127.0.0.1:${route.listener}`], tls: false },
      [service.name],
      [{ scope: 'node', kind: 'port', value: `tcp/127.0.0.1/${route.listener}` }],
    );
    const routeSpec: RouteSpec = {
      ...routeDefaults,
      listener: route.listener,
      hostname: route.hostname,
      tls: false,
      backends: [{ slot: `${service.name}/${part.name}`, route: route.name }],
    };
    const routeKey: ResourceKey = `route/${route.listener}/${route.hostname}`;
    plain(routeKey, routeSpec, [service.name], [], routeReferences(routeSpec));
    if (route.named !== true) continue;
    const recordSpec: RecordSpec = {
      type: 'A',
      hostname: route.hostname,
      zone: 'example.net',
      driver: 'hosts',
      value: '192.0.2.1',
      routes: [routeKey],
    };
    plain(`record/A/${route.hostname}`, recordSpec, [service.name], [], record.references(recordSpec));
  }
}
