import { z } from 'zod';
import { nodeRoles, recordDrivers } from '../model/index.ts';
import { healthShape, updateShape } from './component.ts';
import * as s from './scalars.ts';

export const zoneShape = {
  zone: s.hostname.describe('Domain; the longest match wins.'),
  driver: z.enum(recordDrivers).describe('Who writes its records; none = you do.'),
  address: s.nodeName.optional().describe("Name of the node's address that is published; default its first one."),
  issuer: z
    .enum(['internal-ca', 'acme', 'cert-files'])
    .optional()
    .describe('Default internal-ca below zone, else acme.'),
  wildcard: z
    .boolean()
    .optional()
    .describe('One certificate for the domain and all names one label below it, instead of one each; default false.'),
};
export const zoneSchema = z.strictObject(zoneShape);

export const fleetNodeShape = {
  role: z.enum(nodeRoles).optional().describe('core (at most one), worker (default) or edge.'),
  address: z.string().min(1).optional().describe('What other nodes dial.'),
  listen: z
    .record(z.string().regex(/^\d{1,5}$/), s.port, { error: 'expected a table: logical port = port to dial' })
    .optional()
    .describe('Logical port → port to dial, where they differ.'),
  rank: z.int().min(0).max(1_000_000).optional().describe('Canary order: lower first; default 0.'),
};
export const fleetNodeSchema = z.strictObject(fleetNodeShape);

export const sequenceShape = {
  stage: s.stageName.optional().describe('Name of the stage.'),
  name: s.stageName.optional().describe('Alias of stage.'),
  services: z.array(s.serviceName).describe('Services of the stage.'),
  timeout: s.duration.optional().describe('Longest wait for it at boot; default 120s.'),
  on_timeout: z.enum(['continue', 'hold']).optional().describe('continue (default): go on and alarm.'),
};
export const sequenceSchema = z.strictObject(sequenceShape);

const { type: _type, path: _path, port: _port, command: _command, expect: _expect, ...healthTimes } = healthShape;
export const healthDefaultsShape = healthTimes;
export const defaultsShape = {
  health: z.strictObject(healthTimes).optional().describe('Defaults of every [components.health].'),
  update: z.strictObject(updateShape).optional().describe('Defaults of every [components.update].'),
};

/** fleet.toml without its lists, which are checked one by one. */
export const fleetShape = {
  name: s.serviceName.describe('Name of the fleet; it marks what is ours.'),
  zone: s.hostname.optional().describe('Default host name of a route is <service>.<zone>.'),
};
export const fleetTop = z.strictObject({
  ...fleetShape,
  zones: z.unknown().optional(),
  nodes: z.unknown().optional(),
  boot: z.strictObject({ sequence: z.unknown().optional() }).optional(),
  defaults: z.strictObject(defaultsShape).optional(),
});
export type ZoneInput = z.infer<typeof zoneSchema>;
export type FleetNodeInput = z.infer<typeof fleetNodeSchema>;
export type SequenceInput = z.infer<typeof sequenceSchema>;

/** The whole file in one schema, for editors. */
export const fleetFile = z.strictObject({
  ...fleetShape,
  zones: z.array(zoneSchema).optional().describe('Domains: DNS driver, address, certificate issuer.'),
  nodes: z.record(s.nodeName, fleetNodeSchema).optional().describe('Machines and their roles.'),
  boot: z.strictObject({ sequence: z.array(sequenceSchema).optional().describe('Boot stages, in order.') }).optional(),
  defaults: z.strictObject(defaultsShape).optional().describe('Defaults for all services.'),
});
