import type { NodePolicy } from './policy.ts';

/** A logical port's real binds on this node. */
export interface ListenerConfig {
  /** `127.0.0.1:8443`, `[::]:443`. */
  readonly bind: readonly string[];
  readonly tls: boolean;
}

/** A place of this machine that definitions are kept away from. */
export interface GuardedPath {
  readonly path: string;
  /** Goes on after its name: `holds the keys of …`. */
  readonly why: string;
  /** Not even for reading. */
  readonly isSecret: boolean;
  /** A home directory: not guarded itself, but what usually lies in it. */
  readonly isHome?: boolean;
}

/** A port of this machine that its owner comes in by. */
export interface GuardedPort {
  readonly port: number;
  readonly why: string;
}

/** What compiling needs to know of the machine it compiles for: the part of node.toml that is not about programs. */
export interface NodeFacts {
  readonly node: string;
  /** In the file's order; the first is the advertised one. */
  readonly addresses: readonly { readonly name: string; readonly ip: string }[];
  /** By logical port; a port without an entry is `[::]:<port>`, TLS except on 80. */
  readonly listeners: Readonly<Record<string, ListenerConfig>>;
  /** Where build sources lie; null: images of `[build.images]` are pulled instead. */
  readonly workspace: string | null;
  readonly policy: NodePolicy;
  /** What the node needs for itself, besides what every machine does. Absent: nothing is known of it. */
  readonly guarded?: { readonly paths: readonly GuardedPath[]; readonly ports: readonly GuardedPort[] };
}
