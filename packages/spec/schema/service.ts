import { z } from 'zod';
import { componentSchema, componentShape, routeSchema } from './component.ts';
import { runShape, secretSchema } from './run.ts';
import * as s from './scalars.ts';

export const jobShape = {
  name: s.componentName.describe('Name, unique among components and jobs.'),
  when: z
    .enum(['before-start', 'before-update', 'after-update', 'schedule', 'manual'])
    .optional()
    .describe('Default manual.'),
  image: z.string().optional().describe('Image, or "same:<component>"; default the same as the only component.'),
  after: z.array(s.componentName).optional().describe('Components that must be ready before it runs.'),
  schedule: z.string().optional().describe('Cron line, only with when = "schedule".'),
  timezone: z.string().optional().describe('Default UTC.'),
  overlap: z.enum(['skip', 'queue', 'replace']).optional().describe('When a run is due while one runs; default skip.'),
  catch_up: z.boolean().optional().describe('Make up for a run missed while the node was off; default false.'),
  timeout: s.duration.optional().describe('Longest run; default 10m, 1h for schedule and manual.'),
  ...runShape,
};
export const jobSchema = z.strictObject(jobShape);

export const networkShape = {
  name: s.objectName.describe('Name of the network.'),
  driver: z.enum(['bridge', 'macvlan', 'ipvlan']).optional().describe('Default bridge.'),
  subnets: s.strings.optional().describe('"10.90.1.0/24", "fd00:90::/64".'),
  internal: z.boolean().optional().describe('No way out; default false.'),
  ipv6: z.boolean().optional().describe('Default false.'),
  options: s.options.optional().describe("The driver's own options."),
};
export const networkSchema = z.strictObject(networkShape);

export const volumeShape = {
  name: s.objectName.describe('Name of the volume.'),
  driver: s.objectName.optional().describe('Default local.'),
  options: s.options.optional().describe("The driver's own options."),
};
export const volumeSchema = z.strictObject(volumeShape);

export const buildShape = {
  images: z
    .record(z.string(), z.string().min(1), { error: 'expected a table: image repository name = Containerfile' })
    .optional()
    .describe('Image repository name → Containerfile below the source directory.'),
};
export const buildSchema = z.strictObject(buildShape);

/** Keys of a service besides its components, jobs, networks and volumes; those have their own check. */
export const serviceShape = {
  name: s.serviceName.describe('Name of the service, unique in the fleet.'),
  node: s.nodeName.optional().describe('Pins it to a node.'),
  tier: z.enum(['core', 'worker']).optional().describe('core = the node with role core; worker (default) = placed.'),
  active: z.boolean().optional().describe('false = stopped but kept; default true.'),
  path: z.string().min(1).optional().describe("Source directory below the node's workspace; default the name."),
  depends_on: z.array(s.serviceName).optional().describe('Services that must be ready before.'),
  stage: s.stageName.optional().describe('Boot stage; overrides [[boot.sequence]].'),
  build: buildSchema.optional().describe('Images that are built from source.'),
};

const parts = {
  components: z.unknown().optional(),
  jobs: z.unknown().optional(),
  networks: z.unknown().optional(),
  volumes: z.unknown().optional(),
};

/** `[[components]]` or `[components.web]`; the parts are checked one by one. */
export const longService = z.strictObject({ ...serviceShape, ...parts });
/** One component at the top level. `volumes` may hold the component's mounts or `[[volumes]]` tables. */
export const shortService = z.strictObject({
  ...serviceShape,
  ...componentShape,
  ...parts,
  routes: z.unknown().optional(),
});
export type ServiceInput = z.infer<typeof longService>;
export type JobInput = z.infer<typeof jobSchema>;
export type NetworkInput = z.infer<typeof networkSchema>;
export type VolumeInput = z.infer<typeof volumeSchema>;

const secrets = z
  .array(z.union([s.objectName, secretSchema]))
  .optional()
  .describe('Secrets by name, as files or variables.');
const wholeComponent = componentSchema.extend({ routes: z.array(routeSchema).optional(), secrets });

/** The whole file in one schema, for editors: a little wider than what is accepted (forms may look mixed). */
export const serviceFile = z.strictObject({
  ...serviceShape,
  ...componentShape,
  image: z.string().optional().describe('Short form: image of the only component.'),
  secrets,
  routes: z.array(routeSchema).optional().describe('Short form: routes of the only component.'),
  components: z
    .union([z.array(wholeComponent), z.record(s.componentName, wholeComponent)])
    .optional()
    .describe('[[components]] or [components.<name>].'),
  jobs: z.array(jobSchema.extend({ secrets })).optional().describe('Runs to an end.'),
  networks: z.array(networkSchema).optional().describe('Named networks with options.'),
  volumes: z
    .union([z.array(volumeSchema), s.strings])
    .optional()
    .describe('[[volumes]]: named volumes with options; short form: mounts of the only component.'),
});
