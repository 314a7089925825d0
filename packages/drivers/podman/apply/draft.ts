import type { ContainerSpec, MountedSecret, PublishedPort } from '@reconcile/core/kinds/container';
import { fileCopyPath } from '@reconcile/core/kinds/file';
import type { ContainerDraft, DraftMount, DraftSecret } from '../client/contract.ts';
import { fail } from '../client/fail.ts';

/** What a spec does not say of the container to be made. */
export interface DraftFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly ports: readonly PublishedPort[];
  readonly aliases: readonly string[];
  readonly filesDir: string;
  /** podman's name of a secret. */
  readonly secretName: (name: string) => string;
}

/** A spec as podman is told of it. Pure. @throws PODMAN_SPEC_REFUSED PODMAN_NOT_SUPPORTED */
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
    mounts: [...spec.mounts.map(mountOf), ...spec.files.map((file) => fileMount(facts, file.target))].map(checked),
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
function fileMount(facts: DraftFacts, target: string): DraftMount {
  return { type: 'bind', source: fileCopyPath(facts.filesDir, facts.name, target), target, options: ['ro'] };
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

/** Readable by the program alone: a numeric `user` owns its secrets, a named one cannot be known before the image runs. */
function secretOf(secret: MountedSecret, user: string, secretName: (name: string) => string): DraftSecret {
  if (secret.env) {
    throw fail('PODMAN_NOT_SUPPORTED', {
      message: `give secret ${secret.name} as variable ${secret.target}`,
      hint: 'podman shows it in inspect; mount it as a file: target = "/run/secrets/…"',
    });
  }
  const numeric = /^(\d+)(?::(\d+))?$/.exec(user);
  return {
    source: secretName(secret.name),
    target: secret.target,
    uid: Number(numeric?.[1] ?? 0),
    gid: Number(numeric?.[2] ?? 0),
  };
}

function capability(name: string): string {
  const word = name.toUpperCase();
  return word === 'ALL' || word.startsWith('CAP_') ? word : `CAP_${word}`;
}
