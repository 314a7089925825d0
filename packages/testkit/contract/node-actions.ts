import type { Action, Json, ResourceKey, Verb } from '@reconcile/core';
import {
  type ContainerSpec,
  type CreateArgs,
  containerDefaults,
  containerEnv,
  containerPorts,
  isNamed,
} from '@reconcile/core/kinds/container';
import type { JobSpec } from '@reconcile/core/kinds/job';

/** One action as a plan would hold it. */
export function action(key: ResourceKey, verb: Verb, args: unknown): Action {
  return {
    id: `${key}#${verb}`,
    key,
    slot: key,
    services: ['svc'],
    kind: key.slice(0, key.indexOf('/')),
    verb,
    phase: verb === 'delete' ? 'retire' : 'make',
    needs: [],
    args: args as Json,
    risk: 'safe',
    reason: { code: 'Missing' },
    timeoutMs: 60_000,
  };
}

function inSlot(slot: string, made: Action): Action {
  return { ...made, slot };
}

export interface ContainerWords {
  readonly name: string;
  readonly slot?: string;
  readonly spec: Partial<ContainerSpec> & { readonly image: string };
  readonly imageId: string;
  /** Leased port of the unnamed route. */
  readonly port?: number;
  /** Given at create. */
  readonly aliased?: boolean;
}

/** The verbs of one container. */
export function containerActions(words: ContainerWords) {
  const { name, slot = 'svc/web', imageId, port } = words;
  const spec: ContainerSpec = { ...containerDefaults, ...words.spec };
  const key = `container/${name}` as const;
  const lease = () => port;
  const recorded = { name, spec, specHash: 'hash', schema: 1 };
  const create: CreateArgs = {
    ...recorded,
    env: containerEnv(spec, lease),
    ports: containerPorts(spec, lease),
    aliases: words.aliased !== false && isNamed(spec.network) ? spec.aliases : [],
    imageId,
  };
  const of = (verb: Verb, args: unknown) => inSlot(slot, action(key, verb, args));
  return {
    create: of('create', create),
    start: of('start', { ...recorded, diedAt: null, revert: false }),
    alias: of('alias', { name, network: spec.network, aliases: spec.aliases }),
    signal: (word: string, now = spec) => of('signal', { ...recorded, spec: now, signal: word, command: null }),
    exec: (command: readonly string[]) => of('exec', { ...recorded, signal: null, command }),
    drain: of('drain', { name, ports: [port ?? 1], drainMs: 1000 }),
    stop: of('stop', { name, timeoutMs: 1000 }),
    delete: (id = '', leftover = false) => of('delete', { name, id, leftover, revert: false }),
  };
}

/** One run of a job. */
export function jobAction(
  name: string,
  run: Partial<ContainerSpec> & { readonly image: string },
  timeoutMs = 20_000,
): Action {
  const spec: JobSpec = {
    when: 'before-update',
    run: { ...containerDefaults, ...run },
    timeoutMs,
    schedule: '',
    timezone: 'UTC',
    overlap: 'skip',
    catchUp: false,
  };
  const args = { name, spec, specHash: 'jobhash', bootId: 'boot-1', requestId: null };
  return inSlot(`svc/${name}`, action(`job/svc/${name}`, 'run', args));
}
