import type { Action, ContainerRecord, Facts, JobMark, Json, LedgerView, Pin } from '@reconcile/core';
import type { CreateArgs, SignalArgs, StartArgs } from '@reconcile/core/kinds/container';

/** What the registry would have written down, in memory: enough for one driver's life. */
export class NodeLedger {
  readonly containers: Record<string, ContainerRecord> = {};
  readonly leases: Record<`${string}/${string}`, number> = {};
  readonly pins: Record<string, Pin> = {};
  readonly secrets: Record<string, string> = {};
  readonly jobs: Record<string, JobMark> = {};
  readonly notes: Record<string, Json> = {};

  view(): LedgerView {
    return {
      ...this,
      containers: { ...this.containers },
      notes: { ...this.notes },
      jobs: { ...this.jobs },
      volumes: {},
    };
  }

  /** An intent: the name is known before anything exists. */
  begin(action: Action): void {
    if (action.kind !== 'container' || action.verb !== 'create') return;
    const { name, spec, specHash, schema } = action.args as unknown as CreateArgs;
    this.containers[name] ??= {
      name,
      id: '',
      slot: action.slot,
      spec: spec as unknown as Json,
      specHash,
      schema,
      aliased: false,
    };
  }

  done(action: Action, facts: Facts | undefined): void {
    const name = action.key.slice(action.key.indexOf('/') + 1);
    if (action.kind === 'container') this.#container(action, name, facts);
    if (action.kind === 'port-lease') {
      if (action.verb === 'delete') delete this.leases[action.key];
      else this.leases[action.key] = Number(facts?.port);
    }
    if (action.kind === 'secret') {
      if (action.verb === 'delete') delete this.secrets[name];
      else this.secrets[name] = String(facts?.hmac);
    }
    if (action.kind === 'job') {
      const mark = { mark: String(facts?.mark), exitCode: Number(facts?.exitCode) };
      this.jobs[action.slot] = { ...mark, startedAt: Number(facts?.startedAt), finishedAt: Number(facts?.finishedAt) };
    }
  }

  #container(action: Action, name: string, facts: Facts | undefined): void {
    const before = this.containers[name];
    if (action.verb === 'delete') {
      delete this.containers[name];
      return;
    }
    if (before === undefined) return;
    if (action.verb === 'create') {
      const aliased = (action.args as unknown as CreateArgs).aliases.length > 0;
      this.containers[name] = { ...before, id: String(facts?.id), aliased };
    }
    if (action.verb === 'alias') this.containers[name] = { ...before, aliased: true };
    if (action.verb === 'start' || action.verb === 'signal' || action.verb === 'exec') {
      const { spec, specHash, schema } = action.args as unknown as StartArgs | SignalArgs;
      this.containers[name] = { ...before, spec: spec as unknown as Json, specHash, schema };
    }
  }
}
