import type { ProbeResult, SlotKey } from '@reconcile/core';
import { type ContainerCare, probeTarget } from '@reconcile/core/kinds/container';
import { type ProbeTarget, probeDns, probeGrpc, probeHttp, probeTcp } from '@reconcile/engine/look';
import type { ReadHost } from '@reconcile/host';
import { listHealth, type Registry } from '@reconcile/registry';
import type { NodeConfig } from '../config/model.ts';
import { lastWords } from '../output/index.ts';
import { specOf } from '../standing/container.ts';
import { lastChangeOf } from '../standing/past.ts';
import { leaseOf } from '../standing/reached.ts';
import { mainContainer, type Scene, type SeenContainer } from '../standing/scene.ts';
import type { Facts } from './case.ts';

export interface FactsInput {
  readonly config: NodeConfig;
  readonly host: ReadHost;
  readonly registry: Registry;
  readonly signal: AbortSignal;
  readonly scene: Scene;
}

/** Asks what a look does not: one probe without an effect, the program's sockets, its last words. Reads only. */
export async function explainFacts(input: FactsInput, slot: SlotKey): Promise<Facts> {
  const { config, registry, scene } = input;
  const seen = mainContainer(scene, slot);
  const [probe, listens, output, wantedBy] = await Promise.all([
    probeNow(input, slot, seen),
    listensOn(input, seen),
    lastWords(input, slot, seen),
    lastChangeOf(config, slot.split('/')[0] ?? slot, { ...input, commit: scene.desired.commit }),
  ]);
  const healthNotes = seen === undefined ? [] : registry.read((rows) => listHealth(rows, seen.key, 5));
  return { probe, listens, healthNotes, output, wantedBy, configPath: config.path, secretsDir: config.secretsDir };
}

/** Whatever only asks is asked; an exec probe would run something inside. */
async function probeNow(
  { host, scene }: FactsInput,
  slot: SlotKey,
  seen: SeenContainer | undefined,
): Promise<ProbeResult | undefined> {
  const care = scene.wanted.get(slot)?.care as unknown as ContainerCare | undefined;
  const spec = specOf(seen);
  if (seen === undefined || care === undefined || spec === undefined || !seen.state.alive) return undefined;
  const name = seen.key.slice('container/'.length);
  const found = probeTarget(spec, care.health.port, (route) => leaseOf(scene, name, route));
  const target: ProbeTarget = { name, health: care.health, hostNetwork: spec.network === 'host', ...found };
  const startedAt = host.clock.now();
  const asked = await askNow(host, target, seen.state.pid);
  if (asked === undefined) return undefined;
  return { healthy: asked[0], message: asked[1], durationMs: host.clock.now() - startedAt };
}

function askNow(host: ReadHost, target: ProbeTarget, pid: number): Promise<[boolean, string]> | undefined {
  switch (target.health.type) {
    case 'http':
      return probeHttp(host, target);
    case 'tcp':
      return probeTcp(host, target, pid);
    case 'dns':
      return probeDns(host, target);
    case 'grpc':
      return probeGrpc(host, target);
    case 'exec':
    case 'running':
      return undefined;
  }
}

async function listensOn(
  { host }: FactsInput,
  seen: SeenContainer | undefined,
): Promise<readonly number[] | undefined> {
  if (seen === undefined || !seen.state.alive) return undefined;
  return (await host.proc.listens(seen.state.pid, 0, { own: specOf(seen)?.network === 'host' }))?.ports;
}
