import fc from 'fast-check';
import type { ComponentModel, FleetModel, JobModel, ServiceModel } from './build.ts';

// Random fleets for planner properties: few names and ports, so that claims, references and replacements collide often.

const images = [
  'reg.example.net/app:1',
  'reg.example.net/app:2',
  'reg.example.net/db:1',
  'reg.example.net/db:2',
] as const;
/** Never becomes ready. */
export const badImage = 'reg.example.net/app:bad';
const ports = [5001, 5002, 5003, 5004] as const;
const volumes = ['v1', 'v2', 'v3'] as const;

interface Raw {
  readonly image: number;
  readonly port: number | null;
  readonly volume: { index: number; readOnly: boolean } | null;
  readonly network: string | null;
  readonly routed: boolean;
  readonly env: number;
  readonly file: number;
  readonly fileChange: 'restart' | 'replace' | 'none';
  readonly depends: boolean;
  readonly replicas: number;
  readonly strategy: 'auto' | 'start-first' | 'stop-first';
}

interface RawService {
  readonly present: boolean;
  readonly active: boolean;
  readonly stage: number;
  readonly parts: readonly Raw[];
  readonly job: { when: JobModel['when']; image: number } | null;
}

export interface GenerateOptions {
  /** Allow versions that never become ready. */
  readonly bad?: boolean;
  readonly services?: number;
}

/** One fleet. Fixed ports and hostnames are unique in it, as the compiler guarantees. */
export function fleetModel(options: GenerateOptions = {}): fc.Arbitrary<FleetModel> {
  const names = Array.from({ length: options.services ?? 5 }, (_, i) => `svc${i}`);
  return fc.tuple(...names.map(() => rawService(options))).map((raws) => assemble(names, raws));
}

/** Two fleets over the same names: a transition. */
export function transition(options: GenerateOptions = {}): fc.Arbitrary<{ from: FleetModel; to: FleetModel }> {
  return fc.record({ from: fleetModel({ ...options, bad: false }), to: fleetModel(options) });
}

function rawService(options: GenerateOptions): fc.Arbitrary<RawService> {
  return fc.record({
    present: fc.integer({ min: 0, max: 9 }).map((n) => n > 1),
    active: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
    stage: fc.integer({ min: 0, max: 2 }),
    parts: fc.array(rawPart(options), { minLength: 1, maxLength: 2 }),
    job: fc.option(
      fc.record({
        when: fc.constantFrom('before-start', 'before-update', 'after-update', 'manual'),
        image: fc.integer({ min: 0, max: 3 }),
      }),
      { freq: 4, nil: null },
    ),
  });
}

function rawPart(options: GenerateOptions): fc.Arbitrary<Raw> {
  const image = options.bad === true ? fc.integer({ min: 0, max: 5 }) : fc.integer({ min: 0, max: 3 });
  return fc.record({
    image,
    port: fc.option(fc.integer({ min: 0, max: 3 }), { nil: null }),
    volume: fc.option(fc.record({ index: fc.integer({ min: 0, max: 2 }), readOnly: fc.boolean() }), { nil: null }),
    network: fc.constantFrom(null, null, 'n1', 'n2', 'host'),
    routed: fc.boolean(),
    env: fc.integer({ min: 0, max: 2 }),
    file: fc.integer({ min: 0, max: 2 }),
    fileChange: fc.constantFrom('restart', 'replace', 'none'),
    depends: fc.boolean(),
    replicas: fc.constantFrom(1, 1, 1, 2),
    strategy: fc.constantFrom('auto', 'auto', 'auto', 'start-first', 'stop-first'),
  });
}

function assemble(names: readonly string[], raws: readonly RawService[]): FleetModel {
  const taken = new Set<number>();
  const services: ServiceModel[] = [];
  const placed: { slot: string; stage: number }[] = [];
  for (const [i, raw] of raws.entries()) {
    if (!raw.present) continue;
    const name = names[i] ?? '';
    const components: ComponentModel[] = raw.parts.map((part, c) => {
      const port = part.port === null ? undefined : ports[part.port];
      const free = port !== undefined && !taken.has(port) && part.replicas === 1 && part.network !== 'host';
      if (free && port !== undefined) taken.add(port);
      const dependency = part.depends ? placed.find((p) => p.stage <= raw.stage) : undefined;
      const volume = part.volume === null ? undefined : volumes[part.volume.index];
      return {
        name: `c${c}`,
        image: part.image > 3 ? badImage : (images[part.image] ?? images[0]),
        ...(part.network === null ? {} : { network: part.network }),
        ports: free && port !== undefined ? [port] : [],
        volumes: volume === undefined || part.volume === null ? [] : [{ name: volume, readOnly: part.volume.readOnly }],
        routes: part.routed
          ? [
              {
                name: '',
                hostname: `${name}-c${c}.example.net`,
                listener: 8080 + (part.env % 2),
                named: part.file !== 1,
              },
            ]
          : [],
        env: part.env === 0 ? {} : { LEVEL: String(part.env) },
        files: part.file === 0 ? [] : [{ target: '/etc/app.ini', hash: `f${part.file}`, onChange: part.fileChange }],
        dependsOn: dependency === undefined ? [] : [dependency.slot],
        replicas: part.replicas,
        // start-first with one's own volume is the owner's word that two writers are fine: nothing to prove there.
        strategy: part.strategy === 'start-first' && volume !== undefined ? 'auto' : part.strategy,
      };
    });
    const jobs: JobModel[] =
      raw.job === null ? [] : [{ name: 'job', when: raw.job.when, image: images[raw.job.image] ?? images[0] }];
    services.push({ name, stage: raw.stage, active: raw.active, components, jobs });
    if (raw.active) for (const part of components) placed.push({ slot: `${name}/${part.name}`, stage: raw.stage });
  }
  return { services, stages: 3, allows: names };
}
