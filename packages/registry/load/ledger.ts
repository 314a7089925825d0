import type { LedgerView } from '@reconcile/core';
import type { Registry } from '../registry.ts';
import { listContainers } from '../tables/container-spec.ts';
import { listImages } from '../tables/image.ts';
import { listJobs } from '../tables/job.ts';
import { listLeases } from '../tables/lease.ts';
import { listNotes } from '../tables/note.ts';
import { listPins } from '../tables/pin.ts';
import { listSecrets } from '../tables/secret.ts';
import { listVolumes } from '../tables/volume.ts';

/** What observers and drivers may know, in one read transaction. @throws as `Registry.read` */
export function loadLedger(registry: Registry): LedgerView {
  return registry.read((rows) => ({
    containers: listContainers(rows),
    leases: listLeases(rows),
    pins: listPins(rows),
    images: listImages(rows),
    secrets: listSecrets(rows),
    volumes: listVolumes(rows),
    jobs: listJobs(rows),
    notes: listNotes(rows),
  }));
}
