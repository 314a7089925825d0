import type { Ran } from '../child.ts';
import { type Figures, figures, inTurns } from '../figures.ts';
import type { Place } from '../place.ts';
import { alone, besidePeer, type Row } from '../row.ts';
import type { Fleets } from '../world.ts';

/** From nothing but the image to the last container running; then what the whole command took. */
export async function first({ options, raw, shell, size, us }: Fleets): Promise<Row[]> {
  const whole: number[] = [];
  const least: number[] = [];
  const seen = await inTurns(options.firstRuns, {
    peer: async () => {
      await shell.place.empty();
      return untilLast(shell.place, shell.runAll(), size);
    },
    us: async () => {
      await us.forget();
      const ran = us.apply();
      whole.push(ran.tookMs);
      const took = untilLast(us.place, ran, size);
      await raw.place.empty();
      least.push(await raw.runAll());
      return took;
    },
  });
  await Promise.all([us.place.endServices(), raw.place.empty()]);
  const rest: Figures = figures(whole);
  return [
    besidePeer({ measure: `first convergence, N=${size}`, limit: 0.65, peer: 'xargs -P2 podman run' }, seen),
    // What is left to anybody on this machine: the limit is for us, not for podman.
    besidePeer(
      { measure: `first convergence, N=${size}, podman's API and nothing else`, peer: 'xargs -P2 podman run' },
      { peer: seen.peer, us: figures(least) },
    ),
    alone({ measure: `first convergence, N=${size}, whole command`, unit: 'ms' }, rest),
  ];
}

/** From the command's start to when its last container was started, by podman's own word. @throws Error when one is missing */
function untilLast(place: Place, ran: Ran, size: number): number {
  const ids = place.podman('ps', '--quiet', '--no-trunc').split('\n').filter(Boolean);
  if (ids.length !== size) throw new Error(`${ids.length} of ${size} containers run`);
  const format = '{{.State.StartedAt}}';
  const times = place
    .podman('container', 'inspect', `--format=${format}`, '--', ...ids)
    .split('\n')
    .map(instantOf);
  return Math.max(...times) - ran.startedAt;
}

/** `2026-01-02 03:04:05.123456789 +0000 UTC` → ms */
function instantOf(text: string): number {
  const [, day, time, fraction = '0', zone = '+0000'] = /^(\S+) ([\d:]+)(?:\.(\d+))? ([+-]\d{4})/.exec(text) ?? [];
  const whole = Date.parse(`${day}T${time}${zone.slice(0, 3)}:${zone.slice(3)}`);
  if (Number.isNaN(whole)) throw new Error(`not a time: ${text}`);
  return whole + Number(`0.${fraction}`) * 1000;
}
