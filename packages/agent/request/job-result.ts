import type { Instant, JobMark, Request, SlotKey } from '@reconcile/core';
import { jobLog } from '@reconcile/drivers/podman';
import type { ReadHost } from '@reconcile/host';
import { closeRequest, listJobs, openRequests, type Registry } from '@reconcile/registry';
import type { NodeConfig } from '../config/model.ts';
import { nodePaths } from '../node/paths.ts';

/** What a job that was asked for came to. */
export interface JobResult {
  readonly mark: JobMark;
  /** Its last lines, as the driver kept them. */
  readonly output: string;
}

export interface JobQuestion {
  readonly registry: Registry;
  readonly host: ReadHost;
  readonly config: NodeConfig;
}

/** undefined: it did not run to its end. */
export async function jobResult(cx: JobQuestion, request: Request): Promise<JobResult | undefined> {
  const { config, host, registry } = cx;
  const slot: SlotKey = request.target;
  const mark = registry.read((rows) =>
    openRequests(rows).some(({ id }) => id === request.id) ? undefined : listJobs(rows)[slot],
  );
  if (mark === undefined) return undefined;
  return { mark, output: (await host.files.text(jobLog(nodePaths(config).logs, slot))) ?? '' };
}

/** It could not be run now; a later pass must not surprise anybody with it. */
export async function withdrawRun(registry: Registry, request: Request, at: Instant): Promise<void> {
  await registry.write((rows) => closeRequest(rows, request.id, at));
}
