import type { ContainerSpec, MountedSecret, PublishedPort } from '@reconcile/core/kinds/container';
import { type CopyDirs, copyPlace } from '@reconcile/core/kinds/file';
import type { ContainerDraft, DraftMount, DraftSecret } from '../client/contract.ts';
import { fail } from '../client/fail.ts';

/** Where a filled file could lie, for people. */
export const noMemoryHint =
  'a file with secrets in it lies in memory alone: XDG_RUNTIME_DIR or /dev/shm must be a tmpfs';

/** What a spec does not say of the container to be made. */
export interface DraftFacts extends CopyDirs {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly ports: readonly PublishedPort[];
  readonly aliases: readonly string[];
  /** podman's name of a secret. */
  readonly secretName: (name: string) => string;
}

/** A spec as podman is told of it. Pure. @throws PODMAN_SPEC_REFUSED FILE_NO_MEMORY */
export function draftOf(spec: ContainerSpec, facts: DraftFacts): ContainerDraft {
  return {
    name: facts.name,
    image: spec.image,
    labels: { ...spec.labels, ...facts.labels },
    env: facts.env,
    entrypoint: spec.entrypoint,
    command: spec.command,
    user: spec.user,
    workdir: spec.workdir,
    hostname: spec.hostname,
    network: spec.network,
    aliases: facts.aliases,
    ports: facts.ports,
    mounts: [...spec.mounts.map(mountOf), ...spec.files.map((file) => fileMount(facts, file))].map(checked),
    secrets: spec.secrets.map((secret) => secretOf(secret, spec.user, facts.secretName)),
    tmpfs: spec.tmpfs,
    readOnly: spec.readOnly,
    capAdd: spec.capAdd.map(capability),
    devices: spec.devices,
    privileged: spec.privileged,
    extraHosts: spec.extraHosts,
    memory: spec.memory,
    cpus: spec.cpus,
    pids: spec.pids,
    stopSignal: spec.stopSignal,
    stopTimeout: Math.ceil(spec.stopTimeoutMs / 1000),
    logMaxBytes: spec.logMaxBytes,
  };
}

function mountOf(mount: ContainerSpec['mounts'][number]): DraftMount {
  const type = mount.source.startsWith('/') ? 'bind' : 'volume';
  return {
    type,
    source: mount.source,
    target: mount.target,
    options: [...(mount.readOnly ? ['ro'] : []), ...mount.options],
  };
}

/** Read-only inside; we write the same file in place, so what is mounted sees it. */
function fileMount(facts: DraftFacts, file: ContainerSpec['files'][number]): DraftMount {
  const source = copyPlace(facts, facts.name, file);
  if (source === undefined)
    throw fail('FILE_NO_MEMORY', { message: `mount ${file.target}`, key: file.target, hint: noMemoryHint });
  return { type: 'bind', source, target: file.target, options: ['ro'] };
}

/** podman's syntax cuts at colons and has no way to quote them. */
function checked(mount: DraftMount): DraftMount {
  for (const value of [mount.source, mount.target, ...mount.options]) {
    if (value === '' || /[:,\0\n]/.test(value)) {
      throw fail('PODMAN_SPEC_REFUSED', {
        message: `mount ${mount.source} at ${mount.target}`,
        actual: JSON.stringify(value),
        wanted: 'no colon, comma or line break',
      });
    }
  }
  return mount;
}

/**
 * A file is readable by the program alone: a numeric `user` owns its secrets, a named one cannot be known before the image runs.
 * A variable is podman's to set when it starts the program: its value is in nothing that we hand over.
 */
function secretOf(secret: MountedSecret, user: string, secretName: (name: string) => string): DraftSecret {
  const source = secretName(secret.name);
  if (secret.env) return { as: 'variable', source, variable: secret.target };
  const numeric = /^(\d+)(?::(\d+))?$/.exec(user);
  return {
    as: 'file',
    source,
    target: secret.target,
    uid: Number(numeric?.[1] ?? 0),
    gid: Number(numeric?.[2] ?? 0),
  };
}

function capability(name: string): string {
  const word = name.toUpperCase();
  return word === 'ALL' || word.startsWith('CAP_') ? word : `CAP_${word}`;
}
