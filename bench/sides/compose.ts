import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Place } from '../place.ts';
import { composeFile, type Service } from '../services.ts';

/** docker-compose 1.29 on podman's socket, from the unpacked Debian package. */
export class Compose {
  readonly place: Place;
  readonly #servers: string;
  #socket = '';

  constructor(servers: string, ...where: ConstructorParameters<typeof Place>) {
    this.#servers = servers;
    this.place = new Place(...where);
  }

  static isThere(servers: string | undefined): servers is string {
    return servers !== undefined && existsSync(join(servers, 'usr/bin/docker-compose'));
  }

  /** Its podman service runs from here on: it cannot do without, and waiting for it is not counted. */
  async want(wanted: readonly Service[]): Promise<void> {
    if (this.#socket === '') this.#socket = await this.place.serve('compose.sock');
    writeFileSync(join(this.place.dir, 'docker-compose.yml'), composeFile(wanted));
  }

  /** `docker-compose up -d`. @returns ms */
  up(): number {
    const { dir, env } = this.place;
    const own = join(this.#servers, 'usr/bin/python3');
    const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : own;
    const argv = [python, join(this.#servers, 'usr/bin/docker-compose'), '-p', 'bench', 'up', '-d'];
    const more = {
      DOCKER_HOST: `unix://${this.#socket}`,
      PYTHONPATH: join(this.#servers, 'usr/lib/python3/dist-packages'),
      // Its own limits, widened: 60 s an answer and ten at a time.
      COMPOSE_HTTP_TIMEOUT: '300',
    };
    return this.place.run(argv, { env: { ...env, ...more }, cwd: dir }).tookMs;
  }
}
