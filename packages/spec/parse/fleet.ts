import { isIP } from 'node:net';
import { isBelow } from '@reconcile/core/kinds/record';
import {
  emptyFleet,
  type FleetDefinition,
  type NodeDefinition,
  type StageDefinition,
  type ZoneDefinition,
} from '../model/index.ts';
import { fleetNodeSchema, fleetTop, sequenceSchema, zoneSchema } from '../schema/fleet.ts';
import { fleetTables } from '../schema/tables.ts';
import { readHealth, readUpdate } from './care.ts';
import { checkTable, shown } from './check.ts';
import type { Place, Report } from './report.ts';
import { type Placed, readDuration } from './texts.ts';

/** fleet.toml as read, with the places that service files may have to be compared with. */
export interface ParsedFleet {
  readonly report: Report;
  readonly definition: FleetDefinition;
  readonly stages: readonly Placed<StageDefinition>[];
}

/** A stage waits this long unless it says otherwise. */
export const stageTimeoutMs = 120_000;

export function readFleet(report: Report): ParsedFleet {
  const place: Place = { report, path: [], tables: fleetTables };
  const input = report.raw === undefined ? undefined : checkTable(fleetTop, report.raw, place);
  if (input === undefined) return { report, definition: emptyFleet, stages: [] };
  const stages = readStages(input.boot?.sequence, place);
  return {
    report,
    stages,
    definition: {
      name: input.name,
      zone: input.zone?.toLowerCase() ?? '',
      zones: readZones(input.zones, input.zone?.toLowerCase() ?? '', place),
      nodes: readNodes(input.nodes, place),
      stages: stages.map((stage) => stage.value),
      healthDefaults: readHealth(input.defaults?.health, { ...place, path: ['defaults', 'health'] }),
      updateDefaults: readUpdate(input.defaults?.update, { ...place, path: ['defaults', 'update'] }),
    },
  };
}

/** Drivers that can write the TXT record by which an ACME server is shown whose a domain is. */
const writesTxt: readonly ZoneDefinition['driver'][] = ['rfc2136', 'exec', 'mcns'];

/** An ACME server gives a wildcard for a DNS record alone (RFC 8555, section 8.4): somebody here must be able to write it. */
function checkWildcard(
  zone: ZoneDefinition | undefined,
  { fleetZone, place }: { readonly place: Place; readonly fleetZone: string },
): void {
  if (zone?.wildcard !== true || writesTxt.includes(zone.driver)) return;
  if ((zone.issuer ?? (isBelow(zone.zone, fleetZone) ? 'internal-ca' : 'acme')) !== 'acme') return;
  place.report.error('Conflict', [...place.path, 'wildcard'], {
    message: `a wildcard from acme is proven by a TXT record, and driver "${zone.driver}" writes none in ${zone.zone}`,
    hint: `driver = "rfc2136", "exec" or "mcns"; or issuer = "cert-files"; or no wildcard: one certificate per name needs no DNS`,
  });
}

function readZones(input: unknown, fleetZone: string, place: Place): ZoneDefinition[] {
  if (input === undefined) return [];
  if (!Array.isArray(input)) {
    place.report.error('WrongType', ['zones'], `expected a list of zones: [[zones]], found ${shown(input)}`);
    return [];
  }
  const found: ZoneDefinition[] = [];
  for (const [i, entry] of input.entries()) {
    const path = ['zones', i];
    const zone = checkTable(zoneSchema, entry, { ...place, path });
    if (zone === undefined) continue;
    const name = zone.zone.toLowerCase();
    if (found.some((other) => other.zone === name))
      place.report.error('DuplicateName', [...path, 'zone'], `zone ${name} is declared twice`);
    found.push({
      zone: name,
      driver: zone.driver,
      address: zone.address ?? null,
      issuer: zone.issuer ?? null,
      wildcard: zone.wildcard ?? false,
    });
    checkWildcard(found.at(-1), { place: { ...place, path }, fleetZone });
  }
  return found;
}

function readNodes(input: unknown, place: Place): Record<string, NodeDefinition> {
  const { report } = place;
  const nodes: Record<string, NodeDefinition> = {};
  if (input === undefined) return nodes;
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    report.error('WrongType', ['nodes'], `expected tables [nodes.<name>], found ${shown(input)}`);
    return nodes;
  }
  let core: string | undefined;
  for (const [name, entry] of Object.entries(input)) {
    const path = ['nodes', name];
    if (
      !/^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$/.test(name) ||
      name === 'constructor' ||
      name === 'prototype'
    ) {
      report.error('WrongValue', path, {
        message: `expected a machine's name, found ${JSON.stringify(name)}`,
        at: 'key',
      });
      continue;
    }
    const node = checkTable(fleetNodeSchema, entry, { ...place, path });
    if (node === undefined) continue;
    const role = node.role ?? 'worker';
    if (role === 'core' && core !== undefined) {
      report.error('Conflict', [...path, 'role'], {
        message: `${core} has the role core already; there is at most one`,
        hint: 'role = "worker"',
      });
    }
    if (role === 'core') core ??= name;
    if (node.address !== undefined && !isAddress(node.address)) {
      report.error(
        'WrongValue',
        [...path, 'address'],
        `expected an IP address or a host name, found ${JSON.stringify(node.address)}`,
      );
    }
    for (const logical of Object.keys(node.listen ?? {})) {
      if (Number(logical) < 1 || Number(logical) > 65_535)
        report.error('WrongValue', [...path, 'listen', logical], { message: 'expected a port', at: 'key' });
    }
    nodes[name] = { role, address: node.address ?? '', listen: node.listen ?? {}, rank: node.rank ?? 0 };
  }
  return nodes;
}

function isAddress(text: string): boolean {
  return (
    isIP(text) !== 0 ||
    /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/.test(text)
  );
}

function readStages(input: unknown, place: Place): Placed<StageDefinition>[] {
  const { report } = place;
  if (input === undefined) return [];
  if (!Array.isArray(input)) {
    report.error(
      'WrongType',
      ['boot', 'sequence'],
      `expected a list of stages: [[boot.sequence]], found ${shown(input)}`,
    );
    return [];
  }
  const found: Placed<StageDefinition>[] = [];
  const seen = new Map<string, string>();
  for (const [i, entry] of input.entries()) {
    const path = ['boot', 'sequence', i];
    const stage = checkTable(sequenceSchema, entry, { ...place, path });
    if (stage === undefined) continue;
    const name = stage.stage ?? stage.name;
    if (name === undefined) {
      report.error('MissingKey', [...path, 'stage'], { message: '`stage` is missing: a name is required', at: 'key' });
      continue;
    }
    if (stage.stage !== undefined && stage.name !== undefined)
      report.error('BothForms', [...path, 'name'], { message: '`name` and `stage` are the same key', at: 'key' });
    if (found.some((other) => other.value.name === name))
      report.error('DuplicateName', path, `there are two stages "${name}"`);
    for (const [j, service] of stage.services.entries()) {
      const other = seen.get(service);
      if (other !== undefined)
        report.error('DuplicateName', [...path, 'services', j], `"${service}" stands in stage "${other}" already`);
      seen.set(service, name);
    }
    const timeoutMs = readDuration(stage.timeout, { ...place, path }, 'timeout') ?? stageTimeoutMs;
    found.push({
      value: { name, services: stage.services, timeoutMs, onTimeout: stage.on_timeout ?? 'continue' },
      path,
    });
  }
  return found;
}
