import type { ReadHost, Running } from '@reconcile/host';
import { readTimeoutMs, runPodman } from '../client/program.ts';

/** A running container of ours, as it was last seen. */
export interface Beside {
  readonly id: string;
  readonly pid: number;
  /** Networks with names; none: podman's default. */
  readonly networks: readonly string[];
}

/** What a container lost while its process goes on. podman says nothing of it: the container stays `Up` (drivers.md fact 3). */
export interface Loss {
  readonly id: string;
  readonly what: 'monitor' | 'ports' | 'network' | 'names';
  /** For people: which process is gone. */
  readonly message: string;
}

interface Known extends Beside {
  readonly monitor: number;
  readonly netns: string | undefined;
  readonly forwarders: readonly number[];
}

const forwarder = 'rootlessport';
const ways = new Set(['slirp4netns', 'pasta', 'pasta.avx2']);
const names = 'aardvark-dns';
/** So often a container is told in order to bring names back. */
const mostTries = 3;
const programs = new Set([forwarder, 'rootlessport-ch', names, ...ways]);

/**
 * The processes that rootless containers need beside their own: conmon, which alone sees their end; the port forwarder; slirp4netns
 * or pasta, their way out; aardvark-dns, their names. Nobody restarts these and podman does not look after them. Asked often, so a
 * look costs one small read for each; processes are listed only when something changed. A loss is told once.
 */
export class Companions {
  readonly #host: ReadHost;
  readonly #known = new Map<string, Known>();
  /** Ways out, by pid: the path of the network namespace each serves. */
  #ways = new Map<number, string>();
  #names: number | undefined;
  /** How often it was told that nobody answers for names, since somebody did. */
  #namesTold = 0;

  constructor(host: ReadHost) {
    this.#host = host;
  }

  /** What runs now. Processes are listed only when there is a container that was not known. */
  async know(running: readonly Beside[]): Promise<void> {
    const { proc } = this.#host;
    const now = new Map(running.map((one) => [one.id, one]));
    for (const [id, known] of this.#known) if (now.get(id)?.pid !== known.pid) this.#known.delete(id);
    const fresh = running.filter(({ id }) => !this.#known.has(id));
    if (fresh.length === 0) return;
    const beside = await proc.programs(programs);
    for (const one of fresh) {
      const [monitor, netns] = await Promise.all([proc.parent(one.pid), proc.network(one.pid)]);
      if (monitor === undefined) continue;
      this.#known.set(one.id, { ...one, monitor, netns, forwarders: forwardersOf(beside, netns) });
    }
    this.#remember(beside);
  }

  /** Who lost something since it was last asked. @throws PODMAN_HUNG, and what else podman refuses, when a way out is gone */
  async lost(signal: AbortSignal): Promise<readonly Loss[]> {
    const { proc } = this.#host;
    const isGone = async (pid: number) => (await proc.parent(pid)) === undefined;
    const found: Loss[] = [];
    const suspects: Known[] = [];
    for (const known of this.#known.values()) {
      const parent = await proc.parent(known.pid);
      if (parent === undefined) this.#known.delete(known.id);
      else if (parent !== known.monitor) {
        this.#known.delete(known.id);
        found.push({ id: known.id, what: 'monitor', message: `its monitor conmon, process ${known.monitor}, is gone` });
      } else if ((await Promise.all(known.forwarders.map(isGone))).includes(true)) suspects.push(known);
    }
    const lostWays = await this.#those([...this.#ways.keys()], isGone);
    const isOwed = this.#namesTold > 0 && this.#namesTold < mostTries;
    const hasNames = this.#names === undefined ? !isOwed : !(await this.#isBuried(this.#names));
    if (suspects.length === 0 && lostWays.length === 0 && hasNames) return found;
    // Somebody may have replaced them; only what nobody does any more is lost.
    const beside = await proc.programs(programs);
    for (const known of suspects) {
      const forwarders = forwardersOf(beside, known.netns);
      if (forwarders.some((pid) => !known.forwarders.includes(pid))) {
        this.#known.set(known.id, { ...known, forwarders });
        continue;
      }
      found.push({ id: known.id, what: 'ports', message: `the forwarder of its ports (${forwarder}) is gone` });
    }
    if (lostWays.length > 0) found.push(...(await this.#cutOff(lostWays, { beside, signal })));
    if (!hasNames && !beside.some(({ program }) => program === names)) found.push(...this.#nameless());
    for (const { id } of found) this.#known.delete(id);
    this.#remember(beside);
    return found;
  }

  /** Where each way out leads stands in podman's own record alone. */
  async #cutOff(
    pids: readonly number[],
    { beside, signal }: { readonly beside: readonly Running[]; readonly signal: AbortSignal },
  ): Promise<readonly Loss[]> {
    const replaced = new Set(beside.filter(({ program }) => ways.has(program)).map(placeOf));
    const gone = new Set(pids.map((pid) => this.#ways.get(pid) ?? '').filter((path) => !replaced.has(path)));
    const asked = [...this.#known.keys()];
    if (gone.size === 0 || asked.length === 0) return [];
    const format = '{{.Id}} {{.NetworkSettings.SandboxKey}}';
    const { stdout } = await runPodman(this.#host.run, {
      what: 'inspect containers',
      args: ['container', 'inspect', '--format', format, '--', ...asked],
      timeoutMs: readTimeoutMs,
      signal,
    });
    return stdout.split('\n').flatMap((line) => {
      const [id = '', path = ''] = line.trim().split(' ');
      if (!gone.has(path) || !this.#known.has(id)) return [];
      return [{ id, what: 'network' as const, message: 'its way out (slirp4netns or pasta) is gone' }];
    });
  }

  /** A dead one whose parent has not looked yet is alive to podman: it would start no other. */
  async #isBuried(pid: number): Promise<boolean> {
    return (await this.#host.files.stat(`/proc/${pid}`)) === undefined;
  }

  /** One of them started anew brings the names back for all. */
  #nameless(): readonly Loss[] {
    const [first] = [...this.#known.values()].filter(({ networks }) => networks.length > 0).sort(byId);
    // Without any such container it ends by itself.
    this.#names = undefined;
    if (first === undefined) return [];
    this.#namesTold++;
    return [{ id: first.id, what: 'names', message: `what answers for names in its network (${names}) is gone` }];
  }

  #remember(beside: readonly Running[]): void {
    this.#ways = new Map(beside.filter(({ program }) => ways.has(program)).map((one) => [one.pid, placeOf(one)]));
    const pid = beside.find(({ program }) => program === names)?.pid;
    if (pid === undefined) return;
    this.#names = pid;
    this.#namesTold = 0;
  }

  async #those(pids: readonly number[], is: (pid: number) => Promise<boolean>): Promise<readonly number[]> {
    const answers = await Promise.all(pids.map(is));
    return pids.filter((_, at) => answers[at]);
  }
}

/** Both halves of a forwarder live in the network of the container whose ports they serve. */
function forwardersOf(beside: readonly Running[], netns: string | undefined): readonly number[] {
  if (netns === undefined) return [];
  return beside
    .filter(({ netns: at, program }) => at === netns && !ways.has(program) && program !== names)
    .map(({ pid }) => pid);
}

/** The path of the network namespace that slirp4netns or pasta was started for. */
function placeOf({ args }: Running): string {
  return args.find((arg) => arg.includes('/netns/')) ?? '';
}

const byId = (a: Known, b: Known) => (a.id < b.id ? -1 : 1);
