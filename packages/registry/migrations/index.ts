import { first } from './0001-first.ts';
import { image } from './0002-image.ts';
import { access } from './0003-access.ts';
import { override } from './0004-override.ts';
import { bootSlot } from './0005-boot-slot.ts';
import { confirm } from './0006-confirm.ts';
import { flapping } from './0007-flapping.ts';
import { undo } from './0008-undo.ts';
import { jobRun } from './0009-job-run.ts';
import { stopped } from './0010-stopped.ts';

/** Numbered by position, from 1. Forward only: what was released is never edited, the next step is appended. */
export const migrations: readonly string[] = [
  first,
  image,
  access,
  override,
  bootSlot,
  confirm,
  flapping,
  undo,
  jobRun,
  stopped,
];
