import { join } from 'node:path';

export interface InitOptions {
  /** Everything in one directory, absolute: `reconcile init DIR`. Without it `~/.config/reconcile` and `~/fleet`. */
  readonly dir?: string;
  readonly home: string;
  /** Default `<home>/.config`. */
  readonly configHome?: string;
  readonly hostname: string;
}

export interface InitFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/** What `reconcile init` writes: a node.toml, and a fleet with one service. They work as they stand. */
export function initFiles(options: InitOptions): InitFile[] {
  const { dir, home } = options;
  const fleet = dir === undefined ? join(home, 'fleet') : join(dir, 'fleet');
  const config = dir ?? join(options.configHome ?? join(home, '.config'), 'reconcile');
  return [
    { path: join(config, 'node.toml'), text: nodeText(nodeName(options.hostname), dir !== undefined), mode: 0o600 },
    { path: join(fleet, 'fleet.toml'), text: fleetText, mode: 0o644 },
    { path: join(fleet, 'services/hello.toml'), text: helloText, mode: 0o644 },
  ];
}

/** The host's short name, in letters that fleet.toml accepts too. */
function nodeName(hostname: string): string {
  const short = (hostname.split('.')[0] ?? '').replace(/[^A-Za-z0-9_-]/g, '-').slice(0, 63);
  return short.replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '') || 'node';
}

function nodeText(node: string, together: boolean): string {
  return `# This machine. Not part of the repository; readable by its owner only (0600).
# Paths may begin with ~/; relative ones are below this file's directory.
node = "${node}"
${together ? 'state_dir = "state"' : '# state_dir = "~/.local/state/reconcile"'}
# workspace = "~/src"       # where build sources lie; without it images are pulled

# [addresses]               # by name; the first is the one that others are told
# lan = "192.0.2.10"

[source]
type = "git"                # only commits count; "directory" takes files as they are, once they are settled
path = "${together ? 'fleet' : '~/fleet'}"
branch = "main"
# subdir = "fleet"          # where fleet.toml lies in the repository
# remote = "origin"         # fetched every poll, never pushed to
poll = "30s"

[drivers]                   # who does what on this machine, or "none"
containers = "podman"
proxy = "haproxy"

[drivers.haproxy]
managed = true              # a HAProxy of our own, on the listeners below

[listeners]                 # a route's port = where it is really bound; without an entry [::]:<port>
8080 = { bind = ["127.0.0.1:8080"], tls = false }
# 443 = ["127.0.0.1:8443"]

[policy]                    # what definitions may ask for here; the repository cannot widen it
mounts = []                 # host directories, such as "/srv"
images = ["*"]              # patterns, such as "registry.example.net/*"
flags = []                  # privileged, devices, cap_add, host-network, mount-U
# blast = { services = 1, percent = 25 }    # a plan that takes away more than both is held

# [secrets]
# dir = "~/secrets"         # one file per secret, 0600; default <state_dir>/secrets
`;
}

const fleetText = `# What all machines agree on. One file per service lies in services/.
name = "home"
zone = "localhost"          # a route without a hostname is <service>.<zone>; *.localhost is always this machine

# [[boot.sequence]]         # after a reboot, each stage is ready before the next one starts
# stage = "core"
# services = ["hello"]
# timeout = "120s"
`;

const helloText = `# One service: http://hello.localhost:8080 once it is ready. Change it, commit, reconcile.
name = "hello"
image = "docker.io/library/nginx:1.27-alpine"   # pulled once; without a network, one that podman images lists

[[routes]]
listen = 8080               # a listener of node.toml
container_port = 80         # nginx does not read $PORT; programs that do need no such line

[health]
type = "http"
path = "/"
`;
