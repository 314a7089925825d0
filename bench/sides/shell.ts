import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Place } from '../place.ts';
import { bashLoop, existsLoop, runWords, type Service } from '../services.ts';

/** What people do without any tool: shell and podman's command line. */
export class Shell {
  readonly place: Place;

  constructor(...where: ConstructorParameters<typeof Place>) {
    this.place = new Place(...where);
  }

  want(wanted: readonly Service[]): void {
    const { dir } = this.place;
    writeFileSync(join(dir, 'loop.sh'), bashLoop(wanted));
    writeFileSync(join(dir, 'exists.sh'), existsLoop(wanted));
    writeFileSync(join(dir, 'run.txt'), wanted.map((service) => `${runWords(service).join(' ')}\n`).join(''));
  }

  /** The loop that looks at each service and repairs it. @returns ms */
  loop(): number {
    return this.place.run(['bash', join(this.place.dir, 'loop.sh')]).tookMs;
  }

  /** The loop that asks for each name only. @returns ms */
  exists(): number {
    return this.place.run(['bash', join(this.place.dir, 'exists.sh')]).tookMs;
  }

  /** All of them from nothing, two at a time. */
  runAll() {
    return this.place.run(['xargs', '-a', join(this.place.dir, 'run.txt'), '-P2', '-L1', 'podman']);
  }
}
