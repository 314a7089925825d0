import { type Facts, isFleetError } from '@reconcile/core';
import type {
  AliasArgs,
  DeleteArgs,
  DrainArgs,
  SignalArgs,
  StartArgs,
  StopArgs,
} from '@reconcile/core/kinds/container';
import { adoptedIds } from '../adopted.ts';
import type { ContainerDetail, PodmanClient } from '../client/contract.ts';
import { fail } from '../client/fail.ts';
import { isOurs, labels } from '../labels.ts';
import { isMonitored } from '../observe/liveness.ts';
import { argsOf, isRealId, type Work } from './context.ts';
import { releaseLeftover } from './leftover.ts';
import { endOrphan } from './orphan.ts';
import { keepOutput } from './output.ts';

/** Aliases cannot be changed in place, only by leaving the network and coming back. */
export async function aliasContainer(work: Work): Promise<Facts> {
  const { client, action } = work;
  const { name, network, aliases } = argsOf<AliasArgs>(action);
  const there = await needOurs(work, name);
  const given = there.networks[network];
  if (given === undefined || !aliases.every((alias) => given.includes(alias))) {
    if (given !== undefined) await client.disconnect(network, name);
    await client.connect(network, name, aliases);
  }
  return { aliased: true };
}

/** podman starts what runs already without a word, so this may be repeated. */
export async function startContainer(work: Work): Promise<Facts> {
  const { name } = argsOf<StartArgs>(work.action);
  if (work.action.reason.code !== 'Missing') await cleanedUp(work, name);
  await work.client.start(name);
  return {};
}

const cleanUpMs = 1000;
const cleanUpPollMs = 5;

/**
 * A container that died a moment ago is `running` until podman hears of it, then `stopped` until its monitor's own `cleanup` has
 * made it `exited`. Started in between it keeps the network of the run that died, whose port forwarder is gone: its ports refuse
 * for as long as it runs (25 of 25 on podman 4.3.1 with slirp4netns). Where the monitor died as well nobody cleans up but us.
 */
async function cleanedUp({ client, cx }: Work, name: string): Promise<void> {
  const { clock, proc } = cx.host;
  const until = clock.now() + cleanUpMs;
  for (;;) {
    const there = await client.container(name);
    const isDying = there?.state === 'running' && (await proc.startTicks(there.pid)) === undefined;
    if (there?.state !== 'stopped' && !isDying) return;
    if (clock.now() >= until) break;
    await clock.sleep(cleanUpPollMs, cx.signal);
  }
  await client.cleanup(name);
}

/**
 * Stops by stop signal, then by force after its timeout. A container that lost its monitor cannot be stopped by podman
 * (it would stay `stopping` for ever): its process is ended, and podman made to notice (tried on 4.3.1: `stop` gives up
 * after 5 s and leaves it `stopped`, `cleanup` makes that `exited`).
 */
export async function stopContainer(work: Work): Promise<Facts> {
  const { client, cx, store } = work;
  const { name, timeoutMs } = argsOf<StopArgs>(work.action);
  const there = await client.container(name);
  if (there === undefined) return {};
  if (!isMine(work, there)) throw notOurs(`stop container ${name}`, there);
  const mayBeOrphan = there.state === 'running' || there.state === 'stopping';
  if (!mayBeOrphan || (await isMonitored(cx.host, await store(), there.id))) {
    await client.stop(name, timeoutMs);
    // The monitor may have been dying when it was looked for.
    if ((await client.container(name))?.state !== 'stopping') return {};
  }
  await endOrphan(cx.host, client, { store: await store(), id: there.id });
  try {
    await client.stop(name, 1000);
  } catch (error) {
    if (!isFleetError(error) || error.code !== 'PODMAN_STATE') throw error;
  }
  await client.cleanup(name);
  return {};
}

export async function signalContainer(work: Work): Promise<Facts> {
  const { name, signal, command } = argsOf<SignalArgs>(work.action);
  await needOurs(work, name);
  if (signal !== null) await work.client.signal(name, signal);
  if (command === null) return {};
  const result = await work.client.exec(name, command, work.action.timeoutMs);
  if (result.exitCode !== 0) {
    throw fail('PODMAN_EXEC_FAILED', {
      message: `run ${command[0] ?? ''} in ${name}`,
      actual: `exit ${result.exitCode}`,
      cause: new Error(result.output.trim()),
    });
  }
  return {};
}

const drainPollMs = 250;

/** Waits until nobody is connected to its ports any more, or the time is over: then whoever is left is cut off. */
export async function drainContainer(work: Work): Promise<Facts> {
  const { host, signal } = work.cx;
  const { ports, drainMs } = argsOf<DrainArgs>(work.action);
  const until = host.clock.now() + drainMs;
  let open = await host.net.established(ports);
  while (open > 0 && host.clock.now() < until) {
    await host.clock.sleep(Math.min(drainPollMs, until - host.clock.now()), signal);
    open = await host.net.established(ports);
  }
  if (open > 0) work.cx.log.warn('drain ended with open connections', { slot: work.action.slot, open });
  return {};
}

/** Removes exactly the container the plan saw, its last output kept. Volumes stay. */
export async function deleteContainer(work: Work): Promise<Facts> {
  const { client, cx, action, store } = work;
  const { name, id, leftover } = argsOf<DeleteArgs>(action);
  const there = await client.container(name);
  if (there === undefined || leftover) {
    if (there !== undefined) throw notOurs(`release leftover ${name}`, there);
    await releaseLeftover(work, name, isRealId(id) ? id : undefined);
    return {};
  }
  const isNamed = there.labels[labels.key] === `container/${name}` || isAdopted(work, there);
  if (!isMine(work, there) || !isNamed) throw notOurs(`remove container ${name}`, there);
  if (isRealId(id) && there.id !== id) {
    throw fail('PODMAN_NOT_OURS', {
      message: `remove container ${name}`,
      wanted: id.slice(0, 12),
      actual: there.id.slice(0, 12),
    });
  }
  await keepOutput(work, name);
  if (there.state !== 'created' && there.state !== 'exited' && !(await isMonitored(cx.host, await store(), there.id))) {
    await endOrphan(cx.host, client, { store: await store(), id: there.id });
  }
  await removeForce(client, there.id);
  return {};
}

/** podman that only now notices a process gone gives up once ("container state improper: stopped"), and then can. */
async function removeForce(client: PodmanClient, id: string): Promise<void> {
  try {
    await client.remove(id);
  } catch (error) {
    if (!isFleetError(error) || error.code !== 'PODMAN_STATE') throw error;
    await client.cleanup(id);
    await client.remove(id);
  }
}

async function needOurs(work: Work, name: string): Promise<ContainerDetail> {
  const there = await work.client.container(name);
  if (there === undefined) throw fail('PODMAN_NO_SUCH', { message: `${work.action.verb} container ${name}` });
  if (!isMine(work, there)) throw notOurs(`${work.action.verb} container ${name}`, there);
  return there;
}

/** By our labels, or by an explicit `adopt` of this very id. */
function isMine(work: Work, there: ContainerDetail): boolean {
  return isOurs(there.labels, work.cx) || isAdopted(work, there);
}

function isAdopted({ cx }: Work, { id }: ContainerDetail): boolean {
  return adoptedIds(cx.ledger.notes).has(id);
}

function notOurs(message: string, there: ContainerDetail): Error {
  return fail('PODMAN_NOT_OURS', {
    message,
    actual: `${there.id.slice(0, 12)} without our labels`,
    hint: `podman inspect ${there.name}`,
  });
}
