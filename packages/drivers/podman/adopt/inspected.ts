import type { ReadHost } from '@reconcile/host';
import { askPodman, readTimeoutMs } from '../client/program.ts';

/** What `inspect` says of one container and its image; only what adoption looks at, whatever the version of podman calls it. */
export interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly Image: string;
  readonly ImageName: string;
  readonly Pod?: string;
  readonly IsInfra?: boolean;
  readonly State: { readonly Running: boolean; readonly Pid: number };
  readonly Config: ImageConfig & { readonly Hostname?: string };
  readonly HostConfig: {
    readonly NetworkMode?: string;
    readonly RestartPolicy?: { readonly Name?: string };
    readonly AutoRemove?: boolean;
    readonly ReadonlyRootfs?: boolean;
    readonly Privileged?: boolean;
    readonly CapAdd?: readonly string[] | null;
    readonly ExtraHosts?: readonly string[] | null;
    readonly Devices?: readonly { readonly PathOnHost?: string }[] | null;
    readonly Memory?: number;
    readonly NanoCpus?: number;
    readonly CpuQuota?: number;
    readonly CpuPeriod?: number;
    readonly PidsLimit?: number;
    readonly Tmpfs?: Readonly<Record<string, string>> | null;
    readonly PortBindings?: Readonly<
      Record<string, readonly { readonly HostIp?: string; readonly HostPort?: string }[] | null>
    >;
  };
  readonly Mounts?: readonly {
    readonly Type: string;
    readonly Name?: string;
    readonly Source: string;
    readonly Destination: string;
    readonly RW: boolean;
  }[];
  readonly NetworkSettings: {
    readonly Networks?: Readonly<Record<string, { readonly Aliases?: readonly string[] | null }>> | null;
  };
}

export interface ImageConfig {
  readonly Env?: readonly string[] | null;
  readonly Cmd?: readonly string[] | null;
  /** A text with blanks to 4.x, a list since 5.0. */
  readonly Entrypoint?: string | readonly string[] | null;
  readonly User?: string;
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
}

export interface Adoptable {
  readonly container: Inspected;
  readonly image: ImageConfig;
}

/** A container and its image as podman shows them. @throws PODMAN_NO_SUCH and the client's own */
export async function inspectAdoptable(host: ReadHost, name: string, signal: AbortSignal): Promise<Adoptable> {
  const container = await one<Inspected>(host, ['container', 'inspect', '--', name], signal);
  const image = await one<{ Config?: ImageConfig }>(host, ['image', 'inspect', '--', container.Image], signal);
  return { container, image: image.Config ?? {} };
}

async function one<T>(host: ReadHost, args: readonly string[], signal: AbortSignal): Promise<T> {
  const text = await askPodman(host.run, { what: args.slice(0, 2).join(' '), args, timeoutMs: readTimeoutMs, signal });
  const [found] = JSON.parse(text) as readonly T[];
  if (found === undefined) throw new TypeError('inspect answered with nothing');
  return found;
}
