import { z } from 'zod';
import { runShape } from './run.ts';
import * as s from './scalars.ts';

export const healthShape = {
  type: z.enum(['http', 'tcp', 'dns', 'grpc', 'exec', 'running']).optional().describe('How to ask whether it is well.'),
  path: s.urlPath.optional().describe('http: path to ask for.'),
  port: z
    .union([s.port, z.string()], { error: "expected a route's name or a container port" })
    .optional()
    .describe("Route's name or container port; default the first route or port."),
  command: s.strings.min(1).optional().describe('exec: command run in the container; exit 0 = well.'),
  expect: z
    .string()
    .min(1)
    .optional()
    .describe(
      'http: status range ("200-399") or text in the body; dns: name asked for, and a type ("example.net MX"); grpc: service.',
    ),
  interval: s.duration.optional().describe('Between probes, once ready; default 10s.'),
  timeout: s.duration.optional().describe('Of one probe; default 3s.'),
  start_period: s.duration.optional().describe('Failures within it after a start do not count; default 0s.'),
  successes: z
    .int()
    .min(1)
    .max(20)
    .optional()
    .describe('Good answers in a row to be well; default 1 (2 for a replacement).'),
  failures: z.int().min(1).max(20).optional().describe('Bad answers in a row to be ill; default 3.'),
};
export const healthSchema = z.strictObject(healthShape);

export const updateShape = {
  strategy: z
    .enum(['auto', 'start-first', 'stop-first'])
    .optional()
    .describe('auto: start-first unless a port or volume forbids two at once.'),
  min_ready: s.duration.optional().describe('A replacement stays well this long before it takes over; default 2s.'),
  deadline: s.duration.optional().describe('Longest wait for its gate; default 120s.'),
  drain: s.duration.optional().describe('Longest wait for open connections of the old one; default 10s, at most 45s.'),
  rollback: z.boolean().optional().describe('Go back by itself when the gate fails; default true.'),
  snapshot: z.boolean().optional().describe('Snapshot its volumes before; default false.'),
  hold_requests: z
    .boolean()
    .optional()
    .describe('Requests wait while nothing answers, instead of failing; default true.'),
};
export const updateSchema = z.strictObject(updateShape);

export const routeShape = {
  name: s.routeName.optional().describe('Sets $PORT_<NAME>; the unnamed one sets $PORT.'),
  port: s.port.optional().describe("Port that clients use: a listener of the node's proxy; default 443."),
  listen: s.port.optional().describe('Alias of port.'),
  mode: z.enum(['l4', 'l7']).optional().describe('l7 (default): the proxy ends TLS. l4: passed through by SNI.'),
  hostname: s.hostname.optional().describe('Default <service>.<zone>.'),
  public: z.boolean().optional().describe('Also routed on the edge nodes, under this host name.'),
  container_port: s.port.optional().describe('Port of a program that cannot read $PORT.'),
  path: s.urlPath.optional().describe('l7: only requests below this path; default "/".'),
  backend_tls: z
    .union([z.boolean(), z.strictObject({ verify: z.boolean().optional(), server_name: s.hostname.optional() })], {
      error: 'expected true, false or { verify, server_name }',
    })
    .optional()
    .describe('l7: speak TLS to the program.'),
  proxy_protocol: z.boolean().optional().describe('Send PROXY protocol v2 to the program.'),
  rate_limit: z
    .union(
      [
        z.int().min(1).max(1_000_000),
        z.string().regex(/^[1-9]\d{0,6}\/s$/, { error: 'expected a rate such as "20/s"' }),
      ],
      {
        error: 'expected requests per second, such as 20 or "20/s"',
      },
    )
    .optional()
    .describe('Requests (l4: connections) per second and client address.'),
  allow: s.strings.optional().describe('Only these addresses or networks.'),
  deny: s.strings.optional().describe('Not these addresses or networks.'),
  headers: s.options.optional().describe('l7: response headers to set.'),
};
export const routeSchema = z.strictObject(routeShape);

export const onChangeSchema = z.union(
  [
    z.string().regex(/^(?:restart|replace|none|signal:(?:SIG)?[A-Z][A-Z0-9+-]{1,15}|exec:\S.*)$/),
    z.strictObject({ signal: s.signal }),
    z.strictObject({ exec: s.strings.min(1) }),
  ],
  {
    error: 'expected "restart", "replace", "none", "signal:HUP", "exec:command args" or { exec = ["command", "args"] }',
  },
);

export const fileShape = {
  source: z.string().min(1).describe('Path below services/<service>/.'),
  target: s.containerPath.describe('Path in the container.'),
  mode: z
    .string()
    .regex(/^0?[0-7]{3}$/, { error: 'expected an octal mode such as "0640"' })
    .optional()
    .describe('Default "0644".'),
  owner: z
    .string()
    .regex(/^\d{1,9}:\d{1,9}$/, { error: 'expected "uid:gid"' })
    .optional()
    .describe('uid:gid in the container; default its root.'),
  on_change: onChangeSchema.optional().describe('restart (default), replace, none, signal:NAME, exec:….'),
};
export const fileSchema = z.strictObject(fileShape);

/** Keys of one component besides its name and routes; both have their own check. */
export const componentShape = {
  image: z.string().describe('Full image reference with a tag or digest.'),
  ...runShape,
  after: z.array(s.componentName).optional().describe('Components of this service that must be ready before.'),
  ports: s.strings.optional().describe('Fixed published ports: "[ip:]host:container[/udp]".'),
  files: z.array(fileSchema).optional().describe('Files of the repository, mounted.'),
  health: healthSchema.optional().describe('How to ask whether it is well.'),
  update: updateSchema.optional().describe('How it is replaced.'),
  restart: z
    .enum(['no', 'on-failure', 'always', 'unless-stopped'])
    .optional()
    .describe('Run by the agent; default unless-stopped.'),
  replicas: z.int().min(1).max(100).optional().describe('Default 1.'),
  snapshot_hook: s.strings
    .min(1)
    .optional()
    .describe('Program and arguments, run in its container before `reconcile snapshot S --hook` reads its data.'),
  ignore: s.strings.optional().describe('Fields left alone: "env.FOO", "labels".'),
};

/** A component as it stands in `[[components]]`, without its routes. */
export const componentSchema = z.strictObject({
  name: s.componentName.optional(),
  ...componentShape,
  routes: z.unknown().optional(),
});
export type ComponentInput = z.infer<typeof componentSchema>;
export type RouteInput = z.infer<typeof routeSchema>;
export type HealthInput = z.infer<typeof healthSchema>;
export type UpdateInput = z.infer<typeof updateSchema>;
export type FileInput = z.infer<typeof fileSchema>;
