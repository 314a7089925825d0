import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Place } from '../place.ts';
import { definition, type Service } from '../services.ts';

const command = join(import.meta.dirname, '..', '..', 'dist', 'bin', 'reconcile.js');

/** Leaves the main process's largest resident set (VmHWM of /proc/self/status) behind when it ends. */
const peakHook = `const fs = require('node:fs');
process.once('exit', () => fs.appendFileSync(process.env.BENCH_PEAK, fs.readFileSync('/proc/self/status')));
`;

/** A node and its fleet repository, driven by the built command as a user would. */
export class Us {
  readonly place: Place;
  readonly #fleet: string;
  readonly #state: string;

  constructor(...where: ConstructorParameters<typeof Place>) {
    this.place = new Place(...where);
    const { dir } = this.place;
    this.#fleet = join(dir, 'fleet');
    this.#state = join(dir, 'state');
    mkdirSync(this.#fleet);
    writeFileSync(join(this.#fleet, 'fleet.toml'), 'name = "bench"\n');
    const source = `[source]\ntype = "git"\npath = "${this.#fleet}"\n`;
    const drivers = '[drivers]\ncontainers = "podman"\nproxy = "none"\n';
    const text = `node = "bench"\nstate_dir = "${this.#state}"\n\n${source}\n${drivers}`;
    mkdirSync(join(dir, '.config/reconcile'));
    writeFileSync(join(dir, '.config/reconcile/node.toml'), text, { mode: 0o600 });
    writeFileSync(join(dir, 'peak.cjs'), peakHook);
    this.#git('init', '-q', '-b', 'main');
  }

  /** The fleet becomes these services and no others. Nothing runs yet. */
  want(wanted: readonly Service[], text: (service: Service) => string = definition): void {
    const dir = join(this.#fleet, 'services');
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir);
    for (const service of wanted) writeFileSync(join(dir, `${service.name}.toml`), text(service));
    this.#git('add', '-A');
    this.#git('commit', '-q', '--allow-empty', '-m', `${wanted.length} services`);
  }

  /** One pass: `reconcile`. @returns ms */
  pass(...words: readonly string[]): number {
    return this.place.run([process.execPath, command, ...words]).tookMs;
  }

  /** One pass as nobody's terminal would: nothing is asked. */
  apply() {
    return this.place.run([process.execPath, command, 'apply', '-y']);
  }

  /** The largest resident set of the command in one pass, MiB. */
  peakMiB(): number {
    const { dir, env } = this.place;
    const file = join(dir, 'peak');
    rmSync(file, { force: true });
    this.place.run([process.execPath, '--require', join(dir, 'peak.cjs'), command, 'apply', '-y'], {
      env: { ...env, BENCH_PEAK: file },
    });
    const peaks = [...readFileSync(file, 'utf8').matchAll(/^VmHWM:\s+(\d+) kB$/gm)].map(([, kib]) => Number(kib));
    return Math.max(...peaks) / 1024;
  }

  /** Name of the container that runs a service. */
  containerOf(service: string): string {
    return this.place.podman('ps', `--filter=label=io.reconcile.slot=${service}/main`, '--format={{.Names}}');
  }

  /** A node without a past, and without containers. */
  async forget(): Promise<void> {
    await this.place.empty();
    rmSync(this.#state, { recursive: true, force: true });
  }

  #git(...args: readonly string[]): void {
    const who = { GIT_AUTHOR_NAME: 'bench', GIT_AUTHOR_EMAIL: 'bench@example.net' };
    const env = { ...this.place.env, ...who, GIT_COMMITTER_NAME: 'bench', GIT_COMMITTER_EMAIL: 'bench@example.net' };
    this.place.run(['git', '-C', this.#fleet, ...args], { env });
  }
}
