import type { JobDefinition } from '../model/index.ts';
import type { JobInput } from '../schema/service.ts';
import { isTimezone, readSchedule } from '../syntax/index.ts';
import type { Place } from './report.ts';
import { checkImage, readRun } from './run.ts';
import { readDuration } from './texts.ts';

/** A job's longest run: what an update waits for is meant to be short, a backup is not. */
const attachedMs = 600_000;
const detachedMs = 3_600_000;

export function readJob(input: JobInput, components: readonly string[], place: Place): JobDefinition {
  const { report, path } = place;
  const when = input.when ?? (input.schedule === undefined ? 'manual' : 'schedule');
  return {
    name: input.name,
    when,
    ...readImageOf(input.image, components, place),
    ...readRun(input, place),
    after: input.after ?? [],
    schedule: schedule(),
    timezone: timezone(),
    overlap: input.overlap ?? 'skip',
    catchUp: input.catch_up ?? false,
    timeoutMs:
      readDuration(input.timeout, place, 'timeout') ??
      (when === 'schedule' || when === 'manual' ? detachedMs : attachedMs),
  };

  function schedule(): string {
    if (when !== 'schedule') {
      for (const key of ['schedule', 'timezone', 'overlap', 'catch_up'] as const) {
        if (input[key] !== undefined)
          report.error('Schedule', [...path, key], { message: `\`${key}\` needs when = "schedule"`, at: 'key' });
      }
      return '';
    }
    if (input.schedule === undefined) {
      report.error('Schedule', [...path, 'when'], {
        message: 'when = "schedule" needs a schedule',
        hint: 'schedule = "30 3 * * *"',
      });
      return '';
    }
    const read = readSchedule(input.schedule);
    if (read.ok) return read.value;
    report.error('Schedule', [...path, 'schedule'], {
      message: read.message,
      ...(read.hint === undefined ? {} : { hint: read.hint }),
    });
    return '';
  }

  function timezone(): string {
    const zone = input.timezone ?? 'UTC';
    if (!isTimezone(zone))
      report.error('Schedule', [...path, 'timezone'], {
        message: `there is no time zone ${JSON.stringify(zone)}`,
        hint: 'such as "Europe/Berlin" or "UTC"',
      });
    return zone;
  }
}

/** `same:web`, an image of its own, or nothing where there is only one component to be the same as. */
function readImageOf(
  image: string | undefined,
  components: readonly string[],
  place: Place,
): { image: string; same: string | null } {
  const { report } = place;
  const path = [...place.path, 'image'];
  if (image === undefined) {
    const [only] = components;
    if (components.length === 1 && only !== undefined) return { image: '', same: only };
    report.error('MissingKey', path, {
      message: '`image` is missing: with several components a job must say which',
      at: 'key',
      hint: `image = "same:${only ?? '<component>'}", or an image of its own`,
    });
    return { image: '', same: null };
  }
  if (!image.startsWith('same:')) {
    checkImage(image, place);
    return { image, same: null };
  }
  const same = image.slice('same:'.length);
  if (!components.includes(same)) {
    report.error('UnknownComponent', path, {
      message: `there is no component "${same}"`,
      hint: `components are ${components.join(', ')}`,
    });
  }
  return { image: '', same };
}
