import type { Instant, Principal } from '@reconcile/core';
import type { Rows } from '../rows.ts';
import { addAttempt, clearAttempt } from '../tables/attempt.ts';
import { markBootSlot } from '../tables/boot.ts';
import {
  deleteContainer,
  forgetHealth,
  intendContainer,
  markAliased,
  putContainer,
  updateContainer,
} from '../tables/container-spec.ts';
import { noteHealth } from '../tables/health.ts';
import { addHistory } from '../tables/history.ts';
import { deleteImage, putImage } from '../tables/image.ts';
import { putJob } from '../tables/job.ts';
import { beginRun, endRun, stopRun } from '../tables/job-run.ts';
import { addKnownBad } from '../tables/known-bad.ts';
import { deleteLease, putLease } from '../tables/lease.ts';
import { putPin } from '../tables/pin.ts';
import { closeRequest } from '../tables/request.ts';
import { deleteSecret, putSecret } from '../tables/secret.ts';
import { addDeath, addRevert, markReady, putGateExpired, putLastGood, putStopped } from '../tables/slot.ts';
import { endUndo, putUndo, startUndo } from '../tables/undo.ts';
import { forgetVolume, putVolume } from '../tables/volume.ts';
import type { RowOperation } from './operation.ts';

/** Said of every row that is written. */
export interface Signature {
  readonly at: Instant;
  readonly commit: string;
  readonly by: Principal;
}

type Writers = {
  readonly [R in RowOperation['row']]: (
    rows: Rows,
    operation: Extract<RowOperation, { row: R }>,
    signature: Signature,
  ) => void;
};

const writers: Writers = {
  intended: (rows, { recorded }, { at }) => intendContainer(rows, recorded, at),
  made: (rows, { recorded, id, aliased }, { at }) => putContainer(rows, recorded, { id, aliased, at }),
  respecified: (rows, { recorded, id }, { at }) =>
    updateContainer(rows, recorded, id === undefined ? { at } : { at, id }),
  unproven: (rows, { name }) => forgetHealth(rows, name),
  aliased: (rows, { name }) => markAliased(rows, name),
  gone: (rows, { name }) => deleteContainer(rows, name),
  pin: (rows, { ref, pin }, { at }) => putPin(rows, ref, { ...pin, at }),
  image: (rows, { ref, imageId, services }, { at }) => putImage(rows, ref, { imageId, services, at }),
  'image-gone': (rows, { ref }) => deleteImage(rows, ref),
  death: (rows, { slot, at }) => addDeath(rows, slot, at),
  stopped: (rows, { slot }, { at }) => putStopped(rows, slot, at),
  revert: (rows, { slot }, { at }) => addRevert(rows, slot, at),
  'boot-start': (rows, { bootId, slot }, { at }) => markBootSlot(rows, bootId, { slot, what: 'started', at }),
  ready: (rows, operation, { at }) => {
    markReady(rows, operation.slot, operation);
    markBootSlot(rows, operation.bootId, { slot: operation.slot, what: 'ready', at });
  },
  'last-good': (rows, { slot, good }) => putLastGood(rows, slot, good),
  'gate-expired': (rows, { slot, expired }) => putGateExpired(rows, slot, expired),
  'known-bad': (rows, { slot, bad }) => addKnownBad(rows, slot, bad),
  attempt: (rows, { key, of, code, message }, { at }) => addAttempt(rows, key, { of, at, code, message }),
  success: (rows, { key }) => clearAttempt(rows, key),
  lease: (rows, { key, port }) => putLease(rows, key, port),
  'lease-gone': (rows, { key }) => deleteLease(rows, key),
  job: (rows, { slot, mark }) => putJob(rows, slot, mark),
  'run-begun': (rows, { slot, run }, { at }) => beginRun(rows, slot, { ...run, at }),
  'run-ended': (rows, { slot, mark }) => endRun(rows, slot, mark),
  'run-failed': (rows, { slot }, { at }) => stopRun(rows, slot, { outcome: 'failed', at }),
  'request-closed': (rows, { id }, { at }) => closeRequest(rows, id, at),
  secret: (rows, { name, hmac }, { at }) => putSecret(rows, name, { hmac, at }),
  'secret-gone': (rows, { name }) => deleteSecret(rows, name),
  undo: (rows, { slot, snapshot, specHash }, { at }) => putUndo(rows, slot, { specHash, snapshot, at }),
  'undo-started': (rows, { slot, specHash }) => startUndo(rows, slot, specHash),
  'undo-over': (rows, { slot }) => endUndo(rows, slot),
  data: (rows, { name, identity, nonEmpty }, { at }) => putVolume(rows, name, { identity, nonEmpty, at }),
  'data-gone': (rows, { name }) => forgetVolume(rows, name),
  health: (rows, { key, state, message }, { at }) => noteHealth(rows, { key, state, message, at }),
  history: (rows, { row: _row, ...entry }, { at, commit, by }) => addHistory(rows, { ...entry, at, commit, by }),
};

/** Writes one thing down, inside the caller's transaction. */
export function carryOut(rows: Rows, operation: RowOperation, signature: Signature): void {
  const write = writers[operation.row] as (rows: Rows, operation: RowOperation, signature: Signature) => void;
  write(rows, operation, signature);
}
