import { shellWord } from '../render/shell.ts';
import { shellParts } from './shell-parts.ts';

/** How readiness is told with a shell and podman alone. */
export type ReadyBy =
  | { readonly by: 'running' }
  /** Somebody in the container's network listens there. */
  | { readonly by: 'port'; readonly protocol: 'tcp' | 'udp'; readonly port: number }
  /** A shell command line that ends with 0. */
  | { readonly by: 'command'; readonly command: string };

/** One container of the script. */
export interface Passenger {
  readonly slot: string;
  readonly name: string;
  /** Of one that was taken over: it carries no label of ours. */
  readonly adoptedId?: string;
  readonly needs: readonly { readonly command: string; readonly test: string }[];
  /** Files that lie in memory: gone after a boot, and looked for before it starts. */
  readonly fills: readonly { readonly command: string; readonly test: string; readonly fails: string }[];
  readonly run: string;
  readonly ready: ReadyBy;
  /** Slots of the same stage that must be ready before. */
  readonly after: readonly string[];
}

export interface ParachuteStage {
  readonly name: string;
  readonly timeoutMs: number;
  readonly onTimeout: 'continue' | 'hold';
  /** In the order they are started. */
  readonly passengers: readonly Passenger[];
}

export interface ParachuteProxy {
  readonly binary: string;
  readonly args: readonly string[];
  readonly configFile: string;
  readonly pidFile: string;
  readonly runDir: string;
}

export interface Parachute {
  readonly node: string;
  readonly commit: string;
  readonly stateDir: string;
  readonly runtimeDir: string;
  readonly proxy: ParachuteProxy | undefined;
  readonly stages: readonly ParachuteStage[];
}

/**
 * The fallback as a POSIX shell script: podman, and HAProxy where it is ours, do the rest. It may be run at any time and
 * again: what runs stays as it is, and while somebody holds the node's lock it stands aside. Pure: same input, same bytes.
 */
export function parachuteScript(parachute: Parachute): string {
  const { commit, node, proxy, runtimeDir, stages, stateDir } = parachute;
  const numbers = new Map(stages.flatMap((stage) => stage.passengers).map((one, i) => [one.slot, i + 1]));
  const parts = [
    head(node, commit),
    `STATE=${shellWord(stateDir)}\nNODE=${shellWord(node)}\nRUNTIME=${shellWord(runtimeDir)}`,
    shellParts,
    ...(proxy === undefined ? [] : [proxyPart(proxy)]),
    ...stages.flatMap((stage) => stage.passengers.map((one) => passengerPart(one, numbers.get(one.slot) ?? 0))),
    'stand_aside',
    ...(proxy === undefined ? [] : ['start_proxy']),
    ...stages.flatMap((stage) => stagePart(stage, numbers)),
    '[ "$FAILED" = 0 ] || say "not all is well, see above"\nexit "$FAILED"',
  ];
  return `${parts.join('\n\n')}\n`;
}

function head(node: string, commit: string): string {
  return `#!/bin/sh
# Starts the services of ${oneLine(node)} when reconcile does not: a POSIX shell and podman are enough.
# Written anew by reconcile after every change; made from ${oneLine(commit)}. Do not edit.
# The functions below are called by number.
# shellcheck disable=SC2317,SC2329`;
}

function oneLine(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}

function proxyPart({ args, binary, configFile, pidFile, runDir }: ParachuteProxy): string {
  const word = shellWord(configFile);
  return `start_proxy() {
  [ -f ${word} ] || return 0
  proxy=$(head -n 1 ${shellWord(pidFile)} 2>/dev/null) || proxy=
  if [ -r "/proc/\${proxy:-none}/cmdline" ] && tr '\\000' '\\n' <"/proc/$proxy/cmdline" | grep -qxF -- ${word}; then
    say "proxy runs"
    return 0
  fi
  mkdir -p ${shellWord(runDir)} && chmod 0700 ${shellWord(runDir)}
  if ${[binary, ...args].map(shellWord).join(' ')}; then
    say "proxy started"
  else
    trouble "the proxy does not start"
  fi
}`;
}

function passengerPart({ fills, name, needs, ready, run }: Passenger, number: number): string {
  const filled = fills.map(
    ({ command, fails, test }) =>
      `  ${quiet(test)} || ${command} || { say ${shellWord(`${oneLine(name)}: ${fails}`)}; return 1; }`,
  );
  const made = needs.map(({ command, test }) => `  ${quiet(test)} || { ${command}; } >/dev/null || return 1`);
  return `# ${oneLine(name)}
fill_${number}() {
${[...filled, '  return 0'].join('\n')}
}
make_${number}() {
${[...made, `  ${run} >/dev/null`].join('\n')}
}
ready_${number}() {
  ${readyTest(name, ready)}
}`;
}

function quiet(test: string): string {
  return test.startsWith('test ') ? test : `${test} >/dev/null 2>&1`;
}

function readyTest(name: string, ready: ReadyBy): string {
  switch (ready.by) {
    case 'running':
      return `runs ${shellWord(name)}`;
    case 'port':
      return `listens ${shellWord(name)} ${ready.protocol} ${hex(ready.port)}`;
    case 'command':
      return `runs ${shellWord(name)} && ${ready.command} >/dev/null 2>&1`;
  }
}

/** As /proc/net writes it. */
function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}

function stagePart(stage: ParachuteStage, numbers: ReadonlyMap<string, number>): string[] {
  if (stage.passengers.length === 0) return [];
  const seconds = Math.max(1, Math.ceil(stage.timeoutMs / 1000));
  const number = ({ slot, name }: Passenger) => `${numbers.get(slot) ?? 0}:${shellWord(name)}`;
  const own = new Map(stage.passengers.map((one) => [one.slot, one]));
  const lines = stage.passengers.flatMap((one) => {
    const first = one.after.flatMap((slot) => own.get(slot) ?? []);
    return [
      ...(first.length === 0
        ? []
        : [`settle ${shellWord(`what ${one.slot} comes after`)} ${seconds} continue ${first.map(number).join(' ')}`]),
      `bring ${numbers.get(one.slot) ?? 0} ${shellWord(one.name)}${one.adoptedId === undefined ? '' : ` ${one.adoptedId}`}`,
    ];
  });
  const all = stage.passengers.map(number).join(' ');
  return [
    [
      `say ${shellWord(`stage ${stage.name}`)}`,
      ...lines,
      `settle ${shellWord(`stage ${stage.name}`)} ${seconds} ${stage.onTimeout} ${all}`,
    ].join('\n'),
  ];
}
