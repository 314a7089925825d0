import type { Parachute, Passenger, ReadyBy } from '../parachute/script.ts';
import { shellWord } from '../render/shell.ts';

/** Everything a person needs to bring this node back with a shell and podman alone. */
export interface Runbook {
  readonly parachute: Parachute;
  readonly fleet: string;
  readonly message: string;
  readonly user: string;
  readonly uid: number;
  /** Where podman keeps its things; undefined: never asked, or it did not say. */
  readonly store: { readonly graphRoot: string; readonly runRoot: string; readonly driver: string } | undefined;
  readonly subordinate: { readonly subuid: string; readonly subgid: string };
  /** In the order they are needed. */
  readonly images: readonly string[];
  readonly addresses: readonly { readonly name: string; readonly ip: string }[];
  readonly source: string;
  readonly configPath: string;
  /** Host directories that containers write to or read from. */
  readonly data: readonly string[];
  /** What people reach in the end, as URLs. */
  readonly reached: readonly string[];
}

/**
 * The recovery document as Markdown. What stands in its `sh` blocks can be run in one go, and again: what runs stays as it
 * is. Pure: same node, same bytes.
 */
export function runbookText(book: Runbook): string {
  const { parachute } = book;
  const stages = parachute.stages.filter(({ passengers }) => passengers.length > 0);
  const parts = [
    heading(
      book,
      stages.map(({ name }) => name),
    ),
    who(book),
    tools(),
    leftovers(
      book,
      stages.flatMap(({ passengers }) => passengers.map(({ name }) => name)),
    ),
    images(book),
    ...stages.map((stage, i) => stageText(stage, i + 1)),
    ...(parachute.proxy === undefined ? [] : [proxyText(parachute.proxy)]),
    after(book),
  ];
  return `${parts.join('\n\n')}\n`;
}

const block = (text: string) => `\`\`\`sh\n${text}\n\`\`\``;
const plain = (text: string) => text.replace(/[\r\n`]/g, ' ');

function heading({ fleet, message, parachute }: Runbook, stages: readonly string[]): string {
  const { commit, node } = parachute;
  return `# Runbook of ${plain(node)}, fleet ${plain(fleet)}

Made from ${commit.slice(0, 12)} "${plain(message)}". It brings this node back with a POSIX shell and podman alone: no git, no network, no name
server, no registry as long as the images are in local storage. Order: ${stages.join(', then ')}.

With reconcile at hand: \`reconcile doctor\`, then \`reconcile recover\`. Without it, all blocks below in one go (again is harmless):

    sed -n '/^\`\`\`sh$/,/^\`\`\`$/{/^\`\`\`/!p;}' runbook.md | sh -eu

The next pass of reconcile takes over what they made, as it is.`;
}

function who({ configPath, parachute, source, store, subordinate, uid, user }: Runbook): string {
  const ranges = `subuid ${subordinate.subuid || 'unknown'}, subgid ${subordinate.subgid || 'unknown'}`;
  const places =
    store === undefined ? '' : `\npodman: ${store.graphRoot} (${store.driver}), run root ${store.runRoot}.`;
  return `## Who

User ${plain(user)}, id ${uid}; ${ranges}. Never \`usermod -u\` it: everything rootless podman has is bound to these numbers.
State: ${parachute.stateDir}. Configuration: ${configPath}. Definitions: ${source}.${places}

${block(`[ "$(id -u)" = ${uid} ] || { echo "run this as user id ${uid}" >&2; exit 1; }
export XDG_RUNTIME_DIR="\${XDG_RUNTIME_DIR:-${parachute.runtimeDir}}"
cd /`)}`;
}

function tools(): string {
  return `## Words used below

${block(`runs() {
  [ "$(podman container inspect --format '{{.State.Running}}' -- "$1" 2>/dev/null)" = true ] || return 1
  pid=$(podman container inspect --format '{{.State.Pid}}' -- "$1" 2>/dev/null) && [ -d "/proc/$pid" ]
}
# listens NAME tcp|udp HEX: in the container's own network
listens() {
  runs "$1" || return 1
  case $2 in tcp) state=0A ;; *) state=07 ;; esac
  cat "/proc/$pid/net/$2" "/proc/$pid/net/\${2}6" 2>/dev/null | grep -q ":$3 [0-9A-F]*:0000 $state "
}
# check WHAT SECONDS CMD…: waits until it is so
check() {
  what=$1
  until=$(($(date +%s) + $2))
  shift 2
  while ! "$@"; do
    [ "$(date +%s)" -lt "$until" ] || { echo "LATE $what" >&2; return 0; }
    sleep 1
  done
  echo "ok   $what"
}`)}`;
}

/** What of ours podman has forgotten and its storage has not: names, processes, ports (drivers.md B.6). */
function leftovers({ store }: Runbook, names: readonly string[]): string {
  if (store === undefined) return '## What podman forgot\n\nUnknown: podman was never asked where it keeps its things.';
  const { driver, graphRoot, runRoot } = store;
  return `## What podman forgot

Only after its database was lost: \`podman ps -a\` is empty, \`podman ps -a --external\` shows names as \`Storage\`. Their processes may still
run and hold their ports. Data is not touched.

${block(`ours=${shellWord(` ${names.join(' ')} `)}
podman ps --all --external --no-trunc --format '{{.ID}} {{.Status}} {{.Names}}' | while read -r id status name; do
  case "$status $ours" in Storage*" $name "*) ;; *) continue ;; esac
  pid=$(cat ${shellWord(runRoot)}/${driver}-containers/"$id"/userdata/pidfile 2>/dev/null) || pid=
  conmon=$(cat ${shellWord(runRoot)}/${driver}-containers/"$id"/userdata/conmon.pid 2>/dev/null) || conmon=
  if [ -n "$conmon" ] && grep -q "$id" "/proc/$conmon/cmdline" 2>/dev/null; then
    [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || podman unshare kill -KILL "$pid" 2>/dev/null || true
    for _ in 1 2 3 4 5; do [ -d "/proc/$conmon" ] || break; sleep 1; done
  fi
  podman unshare umount ${shellWord(graphRoot)}/${driver}-containers/"$id"/userdata/shm 2>/dev/null || true
  podman rm --force --storage "$id" >/dev/null 2>&1 || podman rm --force "$id" >/dev/null 2>&1 || true
  echo "released $name"
done`)}`;
}

function images({ images: all }: Runbook): string {
  const lines = all.map((ref) => `podman image exists ${shellWord(ref)} || podman pull -- ${shellWord(ref)}`);
  return `## Images, in the order they are needed

Where one cannot be pulled, because its registry is down or is one of these services: \`podman save\` it on another machine, \`podman load\` it here.

${block(lines.length === 0 ? ':' : lines.join('\n'))}`;
}

function stageText({ name, passengers, timeoutMs }: Parachute['stages'][number], number: number): string {
  const seconds = Math.max(1, Math.ceil(timeoutMs / 1000));
  return [
    `## Stage ${number}: ${plain(name)}`,
    ...passengers.map((one) => `### ${one.slot}\n\n${block(passengerText(one))}`),
    `All of this stage, before the next (at most ${seconds} s):\n\n${block(passengers.map((one) => `check ${shellWord(one.slot)} ${seconds} ${readyText(one.name, one.ready)}`).join('\n'))}`,
  ].join('\n\n');
}

function passengerText({ name, needs, run }: Passenger): string {
  const made = needs.map(({ command, test }) => `  ${test} >/dev/null 2>&1 || { ${command}; } >/dev/null`);
  return `if ! runs ${shellWord(name)} && ! podman start -- ${shellWord(name)} >/dev/null 2>&1; then
  podman rm --force --time 0 -- ${shellWord(name)} >/dev/null 2>&1 || true
${[...made, `  ${run}`].join('\n')}
fi`;
}

function readyText(name: string, ready: ReadyBy): string {
  switch (ready.by) {
    case 'running':
      return `runs ${shellWord(name)}`;
    case 'port':
      return `listens ${shellWord(name)} ${ready.protocol} ${ready.port.toString(16).toUpperCase().padStart(4, '0')}`;
    case 'command':
      return ready.command;
  }
}

function proxyText({ args, binary, configFile, pidFile, runDir }: NonNullable<Parachute['proxy']>): string {
  return `## The proxy, on the files it had last

${block(`proxy=$(head -n 1 ${shellWord(pidFile)} 2>/dev/null) || proxy=
if ! tr '\\000' '\\n' <"/proc/\${proxy:-none}/cmdline" 2>/dev/null | grep -qxF -- ${shellWord(configFile)}; then
  mkdir -p ${shellWord(runDir)} && chmod 0700 ${shellWord(runDir)}
  ${[binary, ...args].map(shellWord).join(' ')}
fi`)}`;
}

function after({ addresses, data, reached }: Runbook): string {
  const list = (items: readonly string[]) => items.map((item) => `- ${item}`).join('\n');
  return `## Afterwards

${block('podman ps --all --external')}

Reached as:

${reached.length === 0 ? '- nothing has a route or a published port' : list(reached)}

Addresses of this node: ${addresses.map(({ ip, name }) => `${ip} (${name})`).join(', ') || 'none declared'}.

Data on this machine, never to be removed or renumbered by hand:

${data.length === 0 ? '- none outside of containers' : list(data)}

A service that says "permission denied" on its own data: \`podman unshare ls -ln DIR\` shows owners as the container sees them; \`podman unshare chown\` changes
them. Never delete a database because a chmod on it is refused.`;
}
