import { z } from 'zod';
import * as s from './scalars.ts';

/** Keys that a component and a job share: how a container is run. */
export const runShape = {
  cmd: s.strings.optional().describe('Arguments after the image.'),
  entrypoint: z
    .union([s.strings, z.string()], { error: 'expected a list of strings' })
    .optional()
    .describe("Replaces the image's entrypoint."),
  env: s.assignments.optional().describe('List of KEY=VALUE, or a table.'),
  user: s.user.optional().describe('User in the container: name, uid or uid:gid.'),
  workdir: s.containerPath.optional().describe('Working directory in the container.'),
  hostname: s.hostname.optional().describe("The container's own host name (a route has its own)."),
  network: s.objectName.optional().describe('Network name, or default, host, none.'),
  volumes: s.strings.optional().describe('"/host/path:/target[:ro]" or "name:/target".'),
  secrets: z
    .array(z.union([s.objectName, z.looseObject({})], { error: "expected a secret's name or { name, target | env }" }))
    .optional()
    .describe('Secrets by name, as files (default /run/secrets/<name>) or variables.'),
  tmpfs: s.strings.optional().describe('"/tmp" or "/tmp:size=64m".'),
  read_only: z.boolean().optional().describe("The image's file system cannot be written."),
  cap_add: s.strings.optional().describe('Linux capabilities (needs the policy flag cap_add).'),
  devices: s.strings.optional().describe('Devices (needs the policy flag devices).'),
  privileged: z.boolean().optional().describe('All capabilities and devices (needs the policy flag privileged).'),
  labels: s.assignments.optional().describe('Labels, list or table.'),
  extra_hosts: s.strings.optional().describe('"name:address" lines for /etc/hosts.'),
  memory: s.size.optional().describe('Memory limit: "512MiB".'),
  cpus: z.number().min(0.01).max(1024).optional().describe('CPU limit in cores.'),
  pids: z.int().min(1).max(4_194_304).optional().describe('Most processes.'),
  stop_signal: s.signal.optional().describe("Signal that asks it to stop; default the image's."),
  stop_timeout: s.seconds
    .optional()
    .describe('Time to stop before it is killed; default 10s, 60s with a read-write volume.'),
};

export const secretShape = {
  name: s.objectName.describe('Name of the secret.'),
  target: z.string().optional().describe('File in the container; default /run/secrets/<name>.'),
  env: z.string().optional().describe('Environment variable instead of a file.'),
};
export const secretSchema = z.strictObject(secretShape);
