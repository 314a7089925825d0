import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Desired, NodeFacts, SourceSnapshot } from '@reconcile/core';
import { defaultBlast } from '@reconcile/core';
import { checkPlan } from '@reconcile/core/plan';
import { plainText, renderPlan } from '@reconcile/core/render';
import { compile } from '@reconcile/spec/compile';
import { parseSnapshot } from '@reconcile/spec/parse';
import { converge, type Drift, drift, emptySim, planOn, reboot, type Sim } from '@reconcile/testkit/worlds';
import { describe, expect, it } from 'vitest';

// Golden plans: definitions as they were (before/), what happened to the node since (case.json), definitions as they are
// (after/); and the plan, as people read it (plan.txt) and as programs do (plan.json). A reviewer reads the difference of
// plan.txt to see what a change does to behaviour. UPDATE_GOLDENS=1 rewrites; CI never does.

interface Case {
  readonly drifts?: readonly { readonly what: Drift; readonly pick: number }[];
  readonly reboot?: boolean;
  /** Slots whose version in after/ never got ready when it was tried. */
  readonly failed?: readonly string[];
  readonly allows?: readonly string[];
  /** This node has an issuer of certificates. */
  readonly certificates?: boolean;
}

const update = process.env.UPDATE_GOLDENS === '1';
const root = import.meta.dirname;
const always = ['image', 'network', 'volume', 'secret', 'port-lease', 'file', 'container', 'job', 'listener', 'route'];

const facts: NodeFacts = {
  node: 'rift',
  addresses: [{ name: 'lan', ip: '192.0.2.10' }],
  listeners: { 8080: { bind: ['127.0.0.1:8080'], tls: false } },
  workspace: null,
  policy: { mounts: ['/srv'], images: ['*'], flags: [], blast: defaultBlast },
};

async function desiredOf(dir: string, generation: number, allows: readonly string[] = []): Promise<Desired> {
  const files = new Map<string, Uint8Array>();
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    const path = join(dir, name);
    if (statSync(path).isFile()) files.set(name, readFileSync(path));
  }
  const parsed = await parseSnapshot(files);
  expect(parsed.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
  const commit = `${generation}`.repeat(40);
  const snapshot: SourceSnapshot = {
    source: 'git',
    commit,
    message: '',
    author: '',
    at: 0,
    files,
    allows,
    warnings: [],
  };
  return compile({ snapshot, definitions: parsed.definitions, fleet: parsed.fleet, node: facts, generation }).desired;
}

function servedOf({ certificates = false }: Case): readonly string[] {
  return certificates ? [...always, 'certificate'] : always;
}

/** Host directories are there: making them is not ours. */
function withDirectories(sim: Sim, desired: Desired): Sim {
  const resources = { ...sim.observed.resources };
  for (const { key, services, slot, spec } of Object.values(desired.resources)) {
    if (!key.startsWith('volume/') || (spec as { source?: string }).source !== 'host') continue;
    resources[key] = {
      key,
      kind: 'volume',
      slot,
      services,
      owner: 'foreign',
      state: { createdAt: 0 },
      health: 'none',
      references: [],
      claims: [],
    };
  }
  return { ...sim, observed: { ...sim.observed, resources } };
}

async function simOf(dir: string, given: Case, after: Desired): Promise<Sim> {
  const served = servedOf(given);
  let sim = withDirectories(emptySim(), after);
  if (existsSync(join(dir, 'before'))) {
    const before = await desiredOf(join(dir, 'before'), 1);
    sim = converge(sim, before, { served }).sim;
    const lastServices = Object.fromEntries(
      Object.entries(before.services).map(([service, { stage }]) => [service, before.stages[stage]?.name ?? '']),
    );
    sim = { ...sim, history: { ...sim.history, lastServices } };
  }
  if (given.failed !== undefined) {
    const bad = new Set(given.failed);
    sim = converge(sim, after, {
      served,
      bad: (action) => bad.has(action.slot) && after.resources[action.key] !== undefined,
    }).sim;
  }
  if (given.reboot === true) sim = reboot(sim);
  for (const { pick, what } of given.drifts ?? []) sim = { ...sim, observed: drift(sim.observed, what, pick) };
  return sim;
}

describe('golden plans', () => {
  for (const name of readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()) {
    it(name, async () => {
      const dir = join(root, name);
      const given = existsSync(join(dir, 'case.json'))
        ? (JSON.parse(readFileSync(join(dir, 'case.json'), 'utf8')) as Case)
        : {};
      const after = await desiredOf(join(dir, 'after'), 2, given.allows);
      const sim = await simOf(dir, given, after);
      const made = planOn(sim, after, servedOf(given));
      expect(checkPlan(made, sim.observed)).toEqual([]);
      const stages = after.stages.map((stage) => stage.name);
      const text = `${plainText(renderPlan(made, { stages }, { width: 110, ascii: false, verbose: true }))}\n`;
      const json = `${JSON.stringify(made, undefined, 1)}\n`;
      if (update) {
        writeFileSync(join(dir, 'plan.txt'), text);
        writeFileSync(join(dir, 'plan.json'), json);
      }
      expect(text).toBe(readFileSync(join(dir, 'plan.txt'), 'utf8'));
      expect(json).toBe(readFileSync(join(dir, 'plan.json'), 'utf8'));
    });
  }
});
