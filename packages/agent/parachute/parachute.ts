import { type Desired, errorText, isFleetError } from '@reconcile/core';
import { type ContainerCare, type CreateArgs, probeTarget } from '@reconcile/core/kinds/container';
import { type Making, plan } from '@reconcile/core/plan';
import { adoptedIds } from '@reconcile/drivers/podman/adopt';
import type { Host, ReadHost } from '@reconcile/host';
import type { NodeConfig } from '../config/model.ts';
import { parachutePath } from '../install/facts.ts';
import { keepNotes } from '../memory/memory.ts';
import { type RenderedMaking, type RenderInput, renderMakings } from '../render/podman.ts';
import { shellCommand } from '../render/shell.ts';
import { proxySettings } from '../wire/settings/settings.ts';
import { inOrder } from './order.ts';
import {
  type Parachute,
  type ParachuteProxy,
  type ParachuteStage,
  type Passenger,
  parachuteScript,
  type ReadyBy,
} from './script.ts';

/** Why the script could not be written last; null: it could. */
export const parachuteNote = 'agent/parachute';

/**
 * The fallback of what this node runs, as a script; undefined while it is not what was asked for: a generation is good when
 * nothing of it is left to do, versions known to be bad excepted, whose last good one is what counts. Reads only.
 */
export async function parachuteText(from: RenderInput): Promise<string | undefined> {
  const left = plan(from.input);
  const isGood =
    left.actions.length === 0 && left.waiting.length === 0 && left.held.every(({ code }) => code === 'KnownBad');
  if (!isGood) return undefined;
  return parachuteScript(await parachuteOf(from));
}

/**
 * Writes the script, whole, for its owner alone, if it is another than the one that is there. What keeps it from being written
 * fails no pass: it is noted, for those who ask after the node's health.
 */
export async function keepParachute(from: RenderInput & { readonly host: Host }): Promise<void> {
  const { config, host, ledger, registry } = from;
  if (config.drivers.containers !== 'podman' && config.drivers.proxy !== 'haproxy') return;
  let problem: string | null = null;
  try {
    const text = await parachuteText(from);
    const path = parachutePath(config);
    if (text !== undefined && text !== (await host.files.text(path)))
      await host.files.write(path, text, { mode: 0o700 });
  } catch (error) {
    if (!isFleetError(error)) throw error;
    problem = errorText(error);
  }
  if (problem !== null || ledger.notes[parachuteNote] !== undefined)
    await keepNotes(registry, { [parachuteNote]: problem });
}

/** What the script is made from: every container of this node in order, with how to make it and when it is ready. */
export async function parachuteOf(from: RenderInput): Promise<Parachute> {
  const { config, host, input } = from;
  const { desired } = input;
  const rendered = config.drivers.containers === 'podman' ? await renderMakings(from, () => true) : [];
  return {
    node: desired.node,
    commit: desired.commit,
    stateDir: config.stateDir,
    runtimeDir: host.home.runtimeDir,
    proxy: await keptProxy(config, host),
    stages: desired.stages.map((stage, index): ParachuteStage => {
      const own = rendered.filter(({ making }) => stageOf(desired, making) === index);
      return { ...stage, passengers: inOrder(own.map((one) => passengerOf(from, one))) };
    }),
  };
}

function stageOf(desired: Desired, { slot }: Making): number {
  return desired.services[slot.split('/')[0] ?? '']?.stage ?? 0;
}

function passengerOf(from: RenderInput, { making, run }: RenderedMaking): Passenger {
  const { desired } = from.input;
  const resource = Object.values(desired.resources).find(
    ({ kind, slot }) => kind === 'container' && slot === making.slot,
  );
  const after = (resource?.references ?? []).flatMap((ref) => ('slot' in ref ? [ref.slot] : []));
  const record = from.ledger.containers[run.container];
  const adopted = record !== undefined && adoptedIds(from.ledger.notes).has(record.id) ? record.id : undefined;
  return {
    slot: making.slot,
    name: run.container,
    // A directory of the host that is missing is a disk that is not there: never made, podman refuses by itself.
    needs: run.needs.filter(({ fails, test }) => fails === undefined && !test.startsWith('test -e ')),
    fills: run.needs.flatMap(({ command, fails, test }) => (fails === undefined ? [] : [{ command, fails, test }])),
    run: run.command,
    ready: readyBy(from, making),
    after,
    ...(adopted === undefined ? {} : { adoptedId: adopted }),
  };
}

function readyBy({ input }: RenderInput, making: Making): ReadyBy {
  const { health } = making.care as unknown as ContainerCare;
  const { name, spec } = making.args as unknown as CreateArgs;
  if (health.type === 'running') return { by: 'running' };
  if (health.type === 'exec')
    return { by: 'command', command: shellCommand(['podman', 'exec', name, ...health.command]) };
  const lease = (route: string) =>
    (input.observed.resources[`port-lease/${name}/${route}`]?.state as { port?: number } | null | undefined)?.port;
  const { containerPort } = probeTarget(spec, health.port, lease);
  if (containerPort === null) return { by: 'running' };
  return { by: 'port', protocol: 'tcp', port: containerPort };
}

/** A HAProxy of ours, on the files that it has. @throws CONFIG_INVALID HAPROXY_SETTINGS */
export async function keptProxy(config: NodeConfig, host: ReadHost): Promise<ParachuteProxy | undefined> {
  if (config.drivers.proxy !== 'haproxy') return undefined;
  const { readHaproxyTable } = await import('../wire/settings/haproxy-table.ts');
  if (!readHaproxyTable(config).managed) return undefined;
  const settings = await proxySettings(config, host);
  const { startArgs } = await import('@reconcile/drivers/haproxy/settings');
  const { binary, configFile, pidFile, runDir } = settings;
  return { binary, args: startArgs(settings), configFile, pidFile, runDir };
}
