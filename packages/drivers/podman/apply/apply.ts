import type { Facts, Verb } from '@reconcile/core';
import { fail } from '../client/fail.ts';
import {
  aliasContainer,
  deleteContainer,
  drainContainer,
  signalContainer,
  startContainer,
  stopContainer,
} from './container.ts';
import type { Work } from './context.ts';
import { createContainer } from './create.ts';
import { restoreData, snapshotData } from './data.ts';
import { buildImage, pullImage, removeImage, retagImage } from './image.ts';
import { runJob } from './job.ts';
import { createNetwork, createSecret, createVolume, deleteNetwork, deleteSecret } from './small.ts';

type Step = (work: Work) => Promise<Facts>;

/** Every verb of every kind this driver carries out; `await` is the engine's. */
const steps: Readonly<Record<string, Partial<Record<Verb, Step>>>> = {
  container: {
    create: createContainer,
    start: startContainer,
    alias: aliasContainer,
    drain: drainContainer,
    signal: signalContainer,
    exec: signalContainer,
    stop: stopContainer,
    delete: deleteContainer,
    snapshot: snapshotData,
    restore: restoreData,
  },
  image: { pull: pullImage, build: buildImage, update: retagImage, delete: removeImage },
  network: { create: createNetwork, delete: deleteNetwork },
  volume: { adopt: async () => ({}), create: createVolume },
  secret: { create: createSecret, delete: deleteSecret },
  job: { run: runJob },
};

export function applyStep(work: Work): Promise<Facts> {
  const { kind, verb, key } = work.action;
  const step = steps[kind]?.[verb];
  if (step === undefined) throw fail('PODMAN_VERB', { message: `${verb} ${key}` });
  return step(work);
}
