import type { MountedSecret } from '@reconcile/core/kinds/container';
import type { z } from 'zod';
import type { RunDefinition } from '../model/index.ts';
import { type runShape, secretSchema } from '../schema/run.ts';
import { isExtraHost, isVariable, plainPath, readImage, readMount, sizeBytes } from '../syntax/index.ts';
import { checkTable } from './check.ts';
import type { Path } from './path.ts';
import type { Place } from './report.ts';
import { keepEach, labelNames, type Placed, readDuration, readEach, readPairs, variables } from './texts.ts';

export type RunInput = { [K in keyof typeof runShape]?: z.infer<(typeof runShape)[K]> | undefined };

/** What a component and a job have in common; the image is read by the caller. */
export function readRun(input: RunInput, place: Place): Omit<RunDefinition, 'image'> {
  const { path } = place;
  const mounts = readEach(input.volumes, readMount, { place, key: 'volumes', code: 'MountSyntax' });
  const secrets = readSecrets(input.secrets, place);
  const tmpfs = keepEach(input.tmpfs, (text) => /^\/[^:\0]+(?::[A-Za-z0-9=,%_-]+)?$/.test(text), {
    place,
    key: 'tmpfs',
    expected: 'a path in the container, such as "/tmp" or "/tmp:size=64m"',
  });
  const env = readPairs(input.env, { place, key: 'env', ...variables });
  checkVariables(secrets, { env, place });
  const targets: Placed<string>[] = [
    ...mounts.map((mount) => ({ value: mount.value.target, path: mount.path })),
    ...secrets
      .filter((secret) => !secret.value.env)
      .map((secret) => ({ value: secret.value.target, path: secret.path })),
    ...tmpfs.map((text, i) => ({ value: plainPath(text.split(':')[0] ?? ''), path: [...path, 'tmpfs', i] })),
  ];
  reportTwice(targets, place);
  return {
    entrypoint:
      input.entrypoint === undefined
        ? null
        : typeof input.entrypoint === 'string'
          ? [input.entrypoint]
          : input.entrypoint,
    command: input.cmd ?? [],
    env,
    user: input.user ?? '',
    workdir: input.workdir === undefined ? '' : plainPath(input.workdir),
    hostname: input.hostname?.toLowerCase() ?? '',
    network: readNetwork(input.network, place),
    mounts: mounts.map((mount) => mount.value),
    secrets: secrets.map((secret) => secret.value),
    tmpfs,
    readOnly: input.read_only ?? false,
    capAdd: capabilities(input.cap_add, place),
    devices: keepEach(input.devices, isDevice, {
      place,
      key: 'devices',
      expected: 'a device such as "/dev/dri" or "/dev/dri:/dev/dri:rw"',
    }),
    privileged: input.privileged ?? false,
    labels: readPairs(input.labels, { place, key: 'labels', ...labelNames }),
    extraHosts: keepEach(input.extra_hosts, isExtraHost, { place, key: 'extra_hosts', expected: '"name:address"' }),
    memory: input.memory === undefined ? 0 : sizeBytes(input.memory),
    cpus: input.cpus ?? 0,
    pids: input.pids ?? 0,
    stopSignal: input.stop_signal === undefined ? '' : signalName(input.stop_signal),
    stopTimeoutMs: readDuration(input.stop_timeout, place, 'stop_timeout') ?? null,
  };
}

/** Paths in the container that two things want. */
export function reportTwice(targets: readonly Placed<string>[], place: Place): void {
  const seen = new Set<string>();
  for (const { value, path } of targets) {
    if (seen.has(value)) place.report.error('DuplicateMount', path, `${value} is mounted twice`);
    seen.add(value);
  }
}

/** Reports a reference that cannot be run; gives it back as written. */
export function checkImage(image: string, place: Place): void {
  const read = readImage(image);
  if (read.ok) return;
  const path: Path = [...place.path, 'image'];
  place.report.error(read.problem ?? 'ImageSyntax', path, {
    message: `${JSON.stringify(image)}: ${read.message}`,
    ...(read.hint === undefined ? {} : { hint: read.hint }),
  });
}

/** `TERM` and `SIGTERM` are one signal. */
export function signalName(text: string): string {
  return text.startsWith('SIG') ? text : `SIG${text}`;
}

/** podman's other modes, which are no names of networks. */
const modes = ['private', 'slirp4netns', 'pasta', 'podman', 'container', 'ns'];

function readNetwork(name: string | undefined, place: Place): string | null {
  if (name === undefined) return null;
  if (name === 'bridge') return 'default';
  if (!modes.includes(name)) return name;
  place.report.error('WrongValue', [...place.path, 'network'], {
    message: `"${name}" is not a network of its own`,
    hint: 'leave `network` out for podman\'s default, or write "host", "none" or a name',
  });
  return null;
}

/** A variable has one value: two secrets, or a secret and `env`, cannot both set it. */
function checkVariables(
  secrets: readonly Placed<MountedSecret>[],
  { env, place }: { readonly env: Readonly<Record<string, string>>; readonly place: Place },
): void {
  const setBy = new Map<string, string>();
  for (const { value, path } of secrets) {
    if (!value.env) continue;
    const other = setBy.get(value.target);
    if (Object.hasOwn(env, value.target))
      place.report.error('PortName', path, `the variable ${value.target} is also in env`);
    else if (other !== undefined)
      place.report.error('PortName', path, `secrets ${other} and ${value.name} both set ${value.target}`);
    setBy.set(value.target, value.name);
  }
}

function readSecrets(input: RunInput['secrets'], place: Place): Placed<MountedSecret>[] {
  const found: Placed<MountedSecret>[] = [];
  for (const [i, entry] of (input ?? []).entries()) {
    const path = [...place.path, 'secrets', i];
    const secret = typeof entry === 'string' ? { name: entry } : checkTable(secretSchema, entry, { ...place, path });
    if (secret === undefined) continue;
    const { target, env } = secret;
    if (target !== undefined && env !== undefined) {
      place.report.error('BothForms', path, {
        message: `secret ${secret.name} has both target and env`,
        hint: 'a file or a variable, not both',
      });
    } else if (env !== undefined && !isVariable(env)) {
      place.report.error('EnvSyntax', [...path, 'env'], `expected ${variables.expected}`);
    } else if (target !== undefined && !/^[A-Za-z0-9._/-]+$/.test(target)) {
      place.report.error(
        'WrongValue',
        [...path, 'target'],
        'expected a path of letters, digits, ".", "_", "/" and "-"',
      );
    } else if (env !== undefined) {
      found.push({ value: { env: true, name: secret.name, target: env }, path });
    } else {
      const file = target ?? secret.name;
      found.push({
        value: {
          env: false,
          name: secret.name,
          target: plainPath(file.startsWith('/') ? file : `/run/secrets/${file}`),
        },
        path,
      });
    }
  }
  return found;
}

/** `CAP_NET_ADMIN`, `net_admin` → `NET_ADMIN`, each once. */
function capabilities(input: readonly string[] | undefined, place: Place): string[] {
  const kept = keepEach(input, (text) => /^[A-Za-z_]{3,40}$/.test(text), {
    place,
    key: 'cap_add',
    expected: 'a capability such as "NET_ADMIN"',
  });
  return [...new Set(kept.map((text) => text.toUpperCase().replace(/^CAP_/, '')))].sort();
}

/** A device node, or a CDI name (`vendor.com/class=device`). */
function isDevice(text: string): boolean {
  return (
    /^\/dev\/[A-Za-z0-9_/.+-]+(?::\/[A-Za-z0-9_/.+-]+)?(?::[rwm]{1,3})?$/.test(text) ||
    /^[a-z0-9.-]+\/[\w.-]+=[\w.:-]+$/.test(text)
  );
}
