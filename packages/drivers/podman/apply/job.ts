import { type Facts, isFleetError } from '@reconcile/core';
import { type JobSpec, jobMark, type RunArgs } from '@reconcile/core/kinds/job';
import type { ContainerDetail } from '../client/contract.ts';
import { fail } from '../client/fail.ts';
import { isOurs, labels, makerLabels } from '../labels.ts';
import { isMonitored } from '../observe/liveness.ts';
import { argsOf, secretNaming, type Work } from './context.ts';
import { createOnce, localImage } from './create.ts';
import { draftOf } from './draft.ts';
import { endOrphan } from './orphan.ts';
import { jobLog, keepOutput } from './output.ts';
import { checkSources } from './sources.ts';

/** What timeout(1) gives, too. */
const exitOfTimeout = 124;

/**
 * Runs a job to its end. The run's container stays until its result is written down (`settleJob`), so that a pass killed
 * in between takes the result instead of running it again: a migration must not run twice.
 */
export async function runJob(work: Work): Promise<Facts> {
  const { cx, settings, action } = work;
  const args = argsOf<RunArgs>(action);
  const { name, spec } = args;
  if (spec.run.files.length > 0) throw fail('PODMAN_NOT_SUPPORTED', { message: `mount files into job ${action.slot}` });
  const imageId = await localImage(work, spec.run.image, '');
  const run = [args.specHash, imageId, args.bootId, args.requestId ?? ''].join('|');
  await removeOthers(work, name, run);

  const naming = await secretNaming(
    work,
    spec.run.secrets.map((secret) => secret.name),
  );
  const own = { ...makerLabels(cx), [labels.job]: action.slot, [labels.run]: run };
  const facts = {
    name,
    labels: own,
    env: spec.run.env,
    ports: [],
    aliases: [],
    filesDir: settings.filesDir,
    // No job mounts a file.
    filledDir: undefined,
    secretName: naming,
  };
  const draft = draftOf(spec.run, facts);
  await checkSources(cx.host, draft.mounts, settings.policyMounts);
  await createOnce(work, draft, (seen) => seen[labels.run] === run && isOurs(seen, cx));

  const ended = await toTheEnd(work, name, spec);
  await keepOutput(work, name, jobLog(settings.logsDir, action.slot));
  return {
    mark: jobMark(spec.when, args.specHash, imageId, args.bootId),
    exitCode: ended.exitCode,
    startedAt: ended.startedAt,
    finishedAt: ended.finishedAt,
    imageId,
  };
}

interface Ended {
  readonly exitCode: number;
  readonly startedAt: number;
  readonly finishedAt: number;
}

/** Starts it unless an earlier pass did, and waits; whatever it ends with is a result, not an error. */
async function toTheEnd(work: Work, name: string, spec: JobSpec): Promise<Ended> {
  const { client, cx, store } = work;
  let there = await need(work, name);
  if (there.state !== 'running' && !hasEnded(there)) {
    await client.start(name);
    there = await need(work, name);
  }
  let timedOut = false;
  if (!hasEnded(there)) {
    const spent = there.startedAt === 0 ? 0 : Math.max(0, cx.host.clock.now() - there.startedAt);
    timedOut = !(await waited(work, name, Math.max(1000, spec.timeoutMs - spent)));
    if (timedOut) await client.stop(name, spec.run.stopTimeoutMs);
    there = await need(work, name);
    if (!hasEnded(there) && !(await isMonitored(cx.host, await store(), there.id))) {
      await endOrphan(cx.host, client, { store: await store(), id: there.id });
      return { exitCode: exitOfTimeout, startedAt: there.startedAt, finishedAt: cx.host.clock.now() };
    }
  }
  if (!hasEnded(there))
    throw fail('PODMAN_STATE', { message: `wait for job ${work.action.slot}`, actual: there.state });
  return {
    exitCode: timedOut ? exitOfTimeout : there.exitCode,
    startedAt: there.startedAt,
    finishedAt: there.finishedAt,
  };
}

/** false: the deadline came first. @throws why it is left: the run goes on without us, and a later pass finds it by its label */
async function waited({ client, cx }: Work, name: string, timeoutMs: number): Promise<boolean> {
  const { leaves } = cx;
  leaves?.throwIfAborted();
  try {
    await client.wait(name, timeoutMs, leaves);
    return true;
  } catch (error) {
    leaves?.throwIfAborted();
    if (isFleetError(error) && error.code === 'PODMAN_HUNG') return false;
    throw error;
  }
}

/** `wait` also returns at once for a container that never ran (4.3.1), so the state decides. */
function hasEnded(there: ContainerDetail): boolean {
  return there.state === 'exited' || there.state === 'stopped';
}

async function need(work: Work, name: string): Promise<ContainerDetail> {
  const there = await work.client.container(name);
  if (there === undefined)
    throw fail('PODMAN_NO_SUCH', { message: `run job ${work.action.slot}`, actual: `container ${name} is gone` });
  return there;
}

/** Runs of this slot that are not this one, or whose result is written down already. A running one is stopped first. */
async function removeOthers(work: Work, name: string, run: string): Promise<void> {
  const { client, cx, action } = work;
  const recordedAt = cx.ledger.jobs[action.slot]?.finishedAt;
  for (const row of await client.containers()) {
    if (!isOurs(row.labels, cx) || row.labels[labels.job] !== action.slot) continue;
    const isRecorded = row.state === 'exited' && recordedAt !== undefined && recordedAt >= row.exitedAt;
    if (row.name === name && row.labels[labels.run] === run && !isRecorded) continue;
    if (row.state === 'running') await client.stop(row.name, 10_000);
    await client.remove(row.id);
  }
}

/** Removes the container of a run whose result is written down. */
export async function settleJob(work: Work): Promise<void> {
  const { client, cx } = work;
  const there = await client.container(argsOf<RunArgs>(work.action).name);
  if (
    there !== undefined &&
    hasEnded(there) &&
    isOurs(there.labels, cx) &&
    there.labels[labels.job] === work.action.slot
  ) {
    await client.remove(there.id);
  }
}
