import { policyFlags } from '@reconcile/spec/compile';
import { scalars as s, type Table } from '@reconcile/spec/toml';
import { z } from 'zod';

// Keys are only ever added: a node.toml that was right stays right.

const path = z.string().min(1);

export const topShape = {
  node: s.nodeName.describe('Name of this machine, as fleet.toml knows it.'),
  state_dir: path.optional().describe('Where the node keeps its memory; 0700.'),
  workspace: path.optional().describe('Where build sources lie.'),
  uid: z
    .int()
    .min(0)
    .max(4_294_967_294)
    .optional()
    .describe('User id that this node belongs to; another one is refused.'),
};

export const sourceShape = {
  type: z.enum(['git', 'directory']).describe('git: commits count. directory: settled files count.'),
  path: path.describe('The repository, bare or not, or the directory.'),
  branch: z
    .string()
    .regex(/^(?!-)[^\s~^:?*[\\]+$/, { error: 'expected the name of a branch' })
    .optional(),
  subdir: z.string().optional().describe('Directory of the repository that holds fleet.toml.'),
  remote: z
    .string()
    .regex(/^(?!-)\S*$/, { error: 'expected the name or URL of a remote' })
    .optional(),
  poll: s.duration.optional().describe('How often it is looked at besides hints.'),
  webhook_secret_file: path.optional().describe('Content of this file signs hints from outside; 0600.'),
};
export const gitOnly = ['branch', 'subdir', 'remote'] as const;
export const sourceSchema = z.strictObject(sourceShape);

export const driversShape = {
  containers: z.enum(['podman', 'none']).optional(),
  proxy: z.enum(['haproxy', 'caddy', 'mcproxy', 'none']).optional(),
};
export const driversSchema = z.strictObject(driversShape);

/** Drivers that may have a table of their own. */
export const driverNames: readonly string[] = [
  'podman',
  'haproxy',
  'caddy',
  'mcproxy',
  'hosts',
  'rfc2136',
  'exec',
  'mcns',
  'internal-ca',
  'acme',
  'cert-files',
];

export const bindsSchema = s.strings.min(1);
export const listenerShape = { bind: bindsSchema, tls: z.boolean().optional() };
export const listenerSchema = z.strictObject(listenerShape);

export const blastShape = {
  services: z.int().min(0).max(100_000).optional(),
  percent: z.int().min(0).max(100).optional(),
};
export const policyShape = {
  mounts: z.array(z.string().regex(/^\//, { error: 'expected an absolute path' })).optional(),
  images: z.array(z.string().min(1)).optional(),
  flags: z.array(z.enum(policyFlags)).optional(),
  waive: z
    .array(
      z
        .string()
        .regex(/^(?:mount|port|cap|device|command):\S+$/, { error: 'expected a danger as its refusal names it' }),
    )
    .optional(),
  blast: z.strictObject(blastShape).optional(),
};
export const policySchema = z.strictObject(policyShape);

export const clientShape = {
  name: z.string().regex(/^[^\s",]{1,253}$/, { error: 'expected a name as a certificate has it' }),
  role: z.enum(['guest', 'user', 'admin']),
  services: s.strings.optional(),
};
export const tlsShape = {
  cert_file: path,
  key_file: path,
  client_ca_file: path,
  clients: z.array(z.strictObject(clientShape)).optional(),
};

export const apiShape = {
  unix: path.optional(),
  socket_group: z
    .string()
    .regex(/^(?:[A-Za-z_][A-Za-z0-9_-]{0,31})?$/, { error: 'expected the name of a group' })
    .optional(),
  http: s.strings.optional(),
  hosts: z
    .array(z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, { error: 'expected a host name in lower case' }))
    .optional(),
  grpc: s.strings.optional(),
  tls: z.strictObject(tlsShape).optional(),
};
export const apiSchema = z.strictObject(apiShape);

export const issuerShape = {
  issuer: z.string().min(1),
  audience: z.string().min(1),
  jwks: z.string().regex(/^(?:https:\/\/|http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost)[:/])\S+$/, {
    error: 'expected an https address, or http on loopback',
  }),
  claim: z.string().min(1).optional(),
  roles: z.record(z.string(), z.enum(['guest', 'user', 'admin'])),
};
export const authShape = { issuers: z.array(z.strictObject(issuerShape)).optional() };
export const authSchema = z.strictObject(authShape);

export const secretsShape = { dir: path.optional(), age_key_file: path.optional() };
export const secretsSchema = z.strictObject(secretsShape);

const url = z.string().regex(/^https?:\/\/[^\s/]\S*$/, { error: 'expected an address: https://…' });
export const notifyShape = {
  webhook: url.optional().describe('Gets one POST when an incident begins, and one when it is over.'),
  template: z
    .string()
    .min(1)
    .max(16_384)
    .optional()
    .describe('Body of that POST; {{title}}, {{text}} … are filled in.'),
  heartbeat_url: url.optional().describe('Asked after each good pass, at most once a minute.'),
};
export const notifySchema = z.strictObject(notifyShape);

/** Tables are checked one by one, so that a mistake in one hides none in another. */
export const topSchema = z.strictObject({
  ...topShape,
  addresses: z.unknown().optional(),
  source: z.unknown().optional(),
  drivers: z.unknown().optional(),
  listeners: z.unknown().optional(),
  policy: z.unknown().optional(),
  api: z.unknown().optional(),
  auth: z.unknown().optional(),
  secrets: z.unknown().optional(),
  notify: z.unknown().optional(),
});

const table = (label: string, shape: object, ...more: string[]): Table => ({
  label,
  keys: [...Object.keys(shape), ...more],
});

/** Every table of the file and the keys it knows: for hints, and compared with specs/node.toml.md. */
export const nodeTables: readonly Table[] = [
  table('', topShape, 'addresses', 'source', 'drivers', 'listeners', 'policy', 'api', 'auth', 'secrets', 'notify'),
  table('[source]', sourceShape),
  table('[drivers]', driversShape),
  table('[listeners.<port>]', listenerShape),
  table('[policy]', policyShape),
  table('[policy.blast]', blastShape),
  table('[api]', apiShape),
  table('[api.tls]', tlsShape),
  table('[[api.tls.clients]]', clientShape),
  table('[[auth.issuers]]', issuerShape),
  table('[secrets]', secretsShape),
  table('[notify]', notifyShape),
];
