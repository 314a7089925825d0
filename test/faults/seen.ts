// What a ground shows of itself after a fault, in the same words for podman in memory and podman for real.

/** One container that podman lists, in whatever state. */
export interface SeenContainer {
  readonly name: string;
  readonly slot: string;
  readonly id: string;
  readonly isRunning: boolean;
  /** Another one once it was started again. */
  readonly process: string;
  /** As `slotsOf` has it. */
  readonly version: string;
}

export interface Seen {
  readonly containers: readonly SeenContainer[];
  /** Names that storage still holds though no container does. */
  readonly leftovers: readonly string[];
  /** As `thingsOf` has them, sorted. What belongs to a container is told by its slot. */
  readonly things: readonly string[];
  /** Volume or directory → digest of what is in it. */
  readonly data: Readonly<Record<string, string>>;
  /** Commit that the registry would go on with if the source were gone. */
  readonly commit: string;
}

/** What is known of a ground before its parts are put into words. */
export interface RawParts {
  /** Container → paths of its copies of files, as they are in the container. */
  readonly files: Readonly<Record<string, readonly string[]>>;
  /** Container of each lease. */
  readonly leases: readonly string[];
  /** Host name → addresses `ip:port` that its route leads to. */
  readonly routes: Readonly<Record<string, readonly string[]>>;
  /** `ip:port` on this machine → container that answers there. */
  readonly answers: Readonly<Record<string, string>>;
  /** Already in words: networks, secrets, listeners, names, certificates, images, and whatever lies where nothing should. */
  readonly plain: readonly string[];
}

/** Things by words that stay the same while containers come and go. */
export function thingsSeen(containers: readonly SeenContainer[], raw: RawParts): string[] {
  const slots = new Map(containers.map(({ name, slot }) => [name, slot]));
  const of = (container: string) => slots.get(container) ?? `of nobody, ${container}`;
  const files = Object.entries(raw.files).flatMap(([container, paths]) =>
    paths.map((path) => `file ${of(container)}${path}`),
  );
  const routes = Object.entries(raw.routes).map(
    ([name, targets]) =>
      `route ${name} to ${targets.map((at) => (raw.answers[at] === undefined ? at : of(raw.answers[at]))).join(' and ')}`,
  );
  return [...raw.plain, ...files, ...routes, ...raw.leases.map((container) => `lease ${of(container)}`)].sort();
}
