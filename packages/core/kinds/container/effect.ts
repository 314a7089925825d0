import type { Health, Observed, ObservedResource } from '../../model/observed.ts';
import type { Action } from '../../model/plan.ts';
import type { Claim } from '../../model/resource.ts';
import type { AwaitArgs, CreateArgs, SignalArgs, StartArgs } from './args.ts';
import { isNamed } from './compare.ts';
import { containerClaims, containerReferences } from './needs.ts';
import { portFacts } from './ports.ts';
import type { ContainerSpec, ContainerState } from './spec.ts';

type Seen = ObservedResource<ContainerState>;

/** The container after one verb, as podman and the ledger would show it. */
export function containerEffect(action: Action, before: Seen | undefined, observed: Observed): Seen | 'gone' {
  switch (action.verb) {
    case 'create':
      return before === undefined ? created(action, observed) : before;
    case 'start': {
      if (before === undefined) return 'gone';
      const args = action.args as unknown as StartArgs;
      return {
        ...record(before, args),
        health: 'starting',
        state: { ...before.state, phase: 'running', alive: true, pid: 1, startedAt: observed.at, exitCode: 0 },
      };
    }
    case 'await':
      return before === undefined ? 'gone' : { ...before, health: readyHealth(action.args as unknown as AwaitArgs) };
    case 'alias':
      return before === undefined ? 'gone' : { ...before, state: { ...before.state, aliased: true } };
    case 'signal':
    case 'exec':
      return before === undefined ? 'gone' : record(before, action.args as unknown as SignalArgs);
    case 'stop':
      if (before === undefined) return 'gone';
      return {
        ...before,
        health: 'none',
        state: { ...before.state, phase: 'exited', pid: 0, alive: false, exitedAt: observed.at },
      };
    case 'delete':
      return 'gone';
    default:
      return before ?? 'gone';
  }
}

function readyHealth(_args: AwaitArgs): Health {
  return 'healthy';
}

/** What is written down again when a running container takes a changed file in place. */
function record(before: Seen, args: StartArgs | SignalArgs): Seen {
  return { ...before, spec: args.spec as never, specHash: args.specHash, schema: args.schema };
}

function created(action: Action, observed: Observed): Seen {
  const args = action.args as unknown as CreateArgs;
  const { spec } = args;
  const ports = portFacts(args.ports);
  return {
    key: action.key,
    kind: 'container',
    slot: action.slot,
    services: action.services,
    owner: 'managed',
    spec: spec as never,
    specHash: args.specHash,
    schema: args.schema,
    health: 'none',
    references: containerReferences(spec),
    claims: [...containerClaims(spec), ...leasedClaims(ports, spec)],
    state: {
      phase: 'created',
      id: `made-${args.name}`,
      pid: 0,
      alive: false,
      exitCode: 0,
      createdAt: observed.at,
      startedAt: 0,
      exitedAt: 0,
      imageId: args.imageId,
      ports,
      networks: isNamed(spec.network) ? [spec.network] : [],
      aliased: args.aliases.length > 0,
      recreated: false,
    },
  };
}

/** Leased ports of a container as claims: whatever it publishes beyond its fixed ports. */
export function leasedClaims(ports: readonly string[], spec: ContainerSpec): Claim[] {
  const fixed = new Set(portFacts(spec.ports));
  return ports
    .filter((fact) => !fixed.has(fact))
    .map((fact) => {
      const [protocol = 'tcp', ip = '', host = '0'] = fact.split('/');
      return { scope: 'node', kind: 'port', value: `${protocol}/${ip}/${host}` };
    });
}
