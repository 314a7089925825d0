// The world a bench of faults plays in: few services that between them have every kind, and what of them may change. Written as
// the definitions a fleet repository holds, so that the fake and the real ground read the same.

/** What the definitions say; whole numbers are versions. */
export interface World {
  /** start-first, on a named network, with a route, a name, a certificate and three files; nobody starts it again who did not stop it. */
  readonly web: number;
  /** stop-first, since it has a volume; its route waits meanwhile. */
  readonly db: number;
  /** Of the file that restarts, signals, and is told by a command. */
  readonly restart: number;
  readonly signal: number;
  readonly exec: number;
  /** 0: not there. Has a network, a volume, a secret, a job, a file, a listener and a name of its own. */
  readonly extra: number;
  /** How often it came: each time it has a volume of its own. */
  readonly deploys: number;
  /** Of an image that is pulled. */
  readonly tag: number;
  /** Which of two ports the plain listener is bound to. */
  readonly bind: 0 | 1;
  /** Which of two addresses names lead to. */
  readonly address: 0 | 1;
}

/** What differs from ground to ground. */
export interface Places {
  readonly image: string;
  /** Repository that tags are pulled from. */
  readonly pulled: string;
  /** Host directory that is mounted. */
  readonly data: string;
}

export const origin: World = {
  web: 1,
  db: 1,
  restart: 1,
  signal: 1,
  exec: 1,
  extra: 0,
  deploys: 0,
  tag: 1,
  bind: 0,
  address: 0,
};

/** Tags that the registry of a ground has. */
export const tags = [1, 2, 3, 4] as const;

export const nextTag = (tag: number): number => (tag % tags.length) + 1;

/**
 * Tags that must not lie about when a node is at one. What was pulled by a pass that did not live to write it down is nobody's:
 * it is never removed, and so never pulled again (specs/0033).
 */
export const staleTags = (tag: number): number[] => tags.filter((one) => one !== tag && nextTag(one) !== tag);

export const zone = 'example.net';
export const addresses = ['127.0.0.1', '127.0.0.2'] as const;
/** Logical ports: TLS, plain, and TLS for `extra` alone. */
export const listeners = { tls: 443, plain: 8080, extra: 8081 } as const;

const fleet = `name = "home"
zone = "${zone}"
[[zones]]
zone = "${zone}"
driver = "hosts"
`;

const care = `stop_timeout = "1s"
health = { type = "running" }
update = { min_ready = "0s", drain = "0s" }
`;

const still = ({ data, image }: Places) => `name = "still"
image = "${image}"
volumes = ["still-data:/data", "${data}:/host"]
${care}`;

const web = ({ image }: Places, { web: level }: World) => `name = "web"
[[components]]
name = "main"
image = "${image}"
labels = { level = "${level}" }
restart = "no"
network = "front"
files = [
  { source = "restart.ini", target = "/etc/restart.ini", on_change = "restart" },
  { source = "signal.ini", target = "/etc/signal.ini", on_change = "signal:HUP" },
  { source = "exec.ini", target = "/etc/exec.ini", on_change = "exec:true" },
]
${care}[[components.routes]]
container_port = 8080
`;

const db = ({ image }: Places, { db: level }: World) => `name = "db"
[[components]]
name = "main"
image = "${image}"
labels = { level = "${level}" }
volumes = ["db-data:/data"]
${care}[[components.routes]]
port = ${listeners.plain}
container_port = 8080
`;

const extra = ({ image }: Places, { extra: level }: World) => `name = "extra"
[[components]]
name = "main"
image = "${image}"
labels = { level = "${level}" }
network = "extra"
volumes = ["extra-data-${level}:/data"]
secrets = ["extra-pass"]
files = [{ source = "app.ini", target = "/etc/app.ini" }]
${care}[[components.routes]]
port = ${listeners.extra}
container_port = 8080
[[jobs]]
name = "first"
when = "before-start"
image = "${image}"
cmd = ["true"]
labels = { level = "${level}" }
`;

const pulled = (places: Places, tag: number) => `name = "pulled"
image = "${places.pulled}:${tag}"
labels = { level = "${tag}" }
${care}`;

/** Every file of the repository; undefined: not there. */
export function filesOf(world: World, places: Places): Record<string, string | undefined> {
  const { exec, extra: level, restart, signal, tag } = world;
  return {
    'fleet.toml': fleet,
    'services/still.toml': still(places),
    'services/web.toml': web(places, world),
    'services/web/restart.ini': `restart ${restart}\n`,
    'services/web/signal.ini': `signal ${signal}\n`,
    'services/web/exec.ini': `exec ${exec}\n`,
    'services/db.toml': db(places, world),
    'services/extra.toml': level === 0 ? undefined : extra(places, world),
    'services/extra/app.ini': level === 0 ? undefined : `extra ${level}\n`,
    'services/pulled.toml': pulled(places, tag),
  };
}

/** Slots that should run, each with whatever tells its version from every other. */
export function slotsOf({ db, extra, restart, signal, exec, tag, web }: World): Record<string, string> {
  return {
    'still/still': '',
    'web/main': `${web} ${restart} ${signal} ${exec}`,
    'db/main': `${db}`,
    ...(extra === 0 ? {} : { 'extra/main': `${extra}` }),
    'pulled/pulled': `${tag}`,
  };
}

/**
 * Slots whose process must be another one afterwards: of a file that is told in place, and of everything around a container, it
 * is not.
 */
export function renewedBetween(from: World, to: World): ReadonlySet<string> {
  const renewed: string[] = [];
  if (from.web !== to.web || from.restart !== to.restart) renewed.push('web/main');
  if (from.db !== to.db) renewed.push('db/main');
  if (from.extra !== to.extra) renewed.push('extra/main');
  if (from.tag !== to.tag) renewed.push('pulled/pulled');
  return new Set(renewed);
}

/** Everything else of ours that should be there, by words that no name of a container is in. Volumes stay for ever. */
export function thingsOf({ address, extra }: World): string[] {
  const at = addresses[address];
  return [
    'network front',
    `listener ${listeners.tls}`,
    `listener ${listeners.plain}`,
    `route web.${zone} to web/main`,
    `route db.${zone} to db/main`,
    `name web.${zone} at ${at}`,
    `name db.${zone} at ${at}`,
    `certificate web.${zone}`,
    'lease web/main',
    'lease db/main',
    'file web/main/etc/restart.ini',
    'file web/main/etc/signal.ini',
    'file web/main/etc/exec.ini',
    ...(extra === 0
      ? []
      : [
          'network extra',
          'secret extra-pass',
          `listener ${listeners.extra}`,
          `route extra.${zone} to extra/main`,
          `name extra.${zone} at ${at}`,
          `certificate extra.${zone}`,
          'lease extra/main',
          'file extra/main/etc/app.ini',
        ]),
  ].sort();
}
