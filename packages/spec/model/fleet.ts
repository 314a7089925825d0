import type { CertificateSpec } from '@reconcile/core/kinds/certificate';
import type { HealthSpec, UpdateSpec } from '@reconcile/core/kinds/container';

export const nodeRoles = ['core', 'worker', 'edge'] as const;
export const recordDrivers = ['rfc2136', 'hosts', 'mcns', 'exec', 'none'] as const;

/** A domain: who writes its records, which address they hold, who signs for its names. */
export interface ZoneDefinition {
  readonly zone: string;
  readonly driver: (typeof recordDrivers)[number];
  /** Name of a node's address; null: the node's first one. */
  readonly address: string | null;
  /** null: `internal-ca` below the fleet's zone, else `acme`. */
  readonly issuer: CertificateSpec['issuer'] | null;
  /** One certificate for `*.zone` and the domain itself, shared by their routes; else one per name. */
  readonly wildcard: boolean;
}

export interface NodeDefinition {
  readonly role: (typeof nodeRoles)[number];
  /** What other nodes dial; '' when nobody has to. */
  readonly address: string;
  /** Logical port → port to dial, where they differ. */
  readonly listen: Readonly<Record<string, number>>;
  /** Canary order: lower first. */
  readonly rank: number;
}

export interface StageDefinition {
  readonly name: string;
  readonly services: readonly string[];
  readonly timeoutMs: number;
  readonly onTimeout: 'continue' | 'hold';
}

export interface FleetDefinition {
  readonly name: string;
  /** '' : routes have no default hostname. */
  readonly zone: string;
  readonly zones: readonly ZoneDefinition[];
  readonly nodes: Readonly<Record<string, NodeDefinition>>;
  readonly stages: readonly StageDefinition[];
  readonly healthDefaults: Partial<HealthSpec>;
  readonly updateDefaults: Partial<UpdateSpec>;
}

export const emptyFleet: FleetDefinition = {
  name: '',
  zone: '',
  zones: [],
  nodes: {},
  stages: [],
  healthDefaults: {},
  updateDefaults: {},
};
