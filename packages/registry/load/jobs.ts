import type { JobRun, SlotKey } from '@reconcile/core';
import { emptyRecord } from '../json.ts';
import type { Registry } from '../registry.ts';
import { listRuns } from '../tables/job-run.ts';
import { listSchedules, type ScheduleRow } from '../tables/job-schedule.ts';

/** What is known of each job: its last runs, newest first, and how far its schedule was gone by. */
export type JobStories = Readonly<Record<SlotKey, JobStory>>;

interface JobStory {
  readonly runs: readonly JobRun[];
  readonly schedule?: ScheduleRow;
}

/** In one read transaction. @throws as `Registry.read` */
export function loadJobStories(registry: Registry): JobStories {
  return registry.read((rows) => {
    const stories = emptyRecord<JobStory>();
    for (const [slot, runs] of Object.entries(listRuns(rows))) stories[slot] = { runs };
    for (const [slot, schedule] of Object.entries(listSchedules(rows)))
      stories[slot] = { runs: stories[slot]?.runs ?? [], schedule };
    return stories;
  });
}
