import type { ListenerConfig, NodePolicy } from '@reconcile/core';

/** Where definitions come from. */
export type SourceConfig = {
  /** What webhooks are signed with, absolute; absent: none is taken. */
  readonly webhookSecretFile?: string;
} & (
  | {
      readonly type: 'git';
      readonly path: string;
      readonly branch: string;
      /** Directory of the repository that holds fleet.toml; '' is its root. */
      readonly subdir: string;
      /** Name or URL to fetch from; '' = never fetched. */
      readonly remote: string;
      readonly pollMs: number;
    }
  | { readonly type: 'directory'; readonly path: string; readonly pollMs: number }
);

/** Somebody whose signed tokens count here (JWT). */
export interface IssuerConfig {
  /** `iss` of its tokens. */
  readonly issuer: string;
  readonly audience: string;
  /** Where its keys are. */
  readonly jwks: string;
  /** Claim with groups or roles of a person. */
  readonly claim: string;
  /** Value of that claim → role here. */
  readonly roles: Readonly<Record<string, 'guest' | 'user' | 'admin'>>;
}

/** How gRPC is spoken on addresses: both ends show a certificate. */
export interface TlsConfig {
  /** PEM, absolute paths; read again when they change. */
  readonly certFile: string;
  readonly keyFile: string;
  /** Who vouches for callers. */
  readonly clientCaFile: string;
  /** Whom names of their certificates stand for; any other one needs a token as well. */
  readonly clients: readonly ClientConfig[];
}

export interface ClientConfig {
  readonly name: string;
  readonly role: 'guest' | 'user' | 'admin';
  /** Held to these; none: to no service in particular. */
  readonly services: readonly string[];
}

/** Whom the agent tells of itself. */
export interface NotifyConfig {
  /** Gets one POST an incident. */
  readonly webhook?: string;
  /** Body of that; absent: the message as JSON. */
  readonly template?: string;
  /** Asked after good passes: its silence is an alarm. */
  readonly heartbeatUrl?: string;
}

/** What node.toml says, with every default filled in and every path absolute. */
export interface NodeConfig {
  /** The file it was read from. */
  readonly path: string;
  readonly node: string;
  readonly stateDir: string;
  readonly workspace: string | null;
  /** The user id this node is declared to belong to; absent: whoever made it. */
  readonly uid?: number;
  /** In the file's order; the first is the advertised one. */
  readonly addresses: readonly { readonly name: string; readonly ip: string }[];
  readonly source: SourceConfig;
  readonly drivers: {
    readonly containers: 'podman' | 'none';
    readonly proxy: 'haproxy' | 'caddy' | 'mcproxy' | 'none';
  };
  readonly listeners: Readonly<Record<string, ListenerConfig>>;
  readonly policy: NodePolicy;
  readonly api: {
    readonly unix: string;
    /** '' = nobody but this user. */
    readonly socketGroup: string;
    readonly http: readonly string[];
    /** Names besides addresses and localhost that a browser may reach it by. */
    readonly hosts: readonly string[];
    readonly grpc: readonly string[];
    /** Where `grpc` names an address. */
    readonly tls?: TlsConfig;
  };
  /** Whose tokens count besides our own. */
  readonly issuers: readonly IssuerConfig[];
  readonly secretsDir: string;
  /** Key of the repository's encrypted values; absent: `<state_dir>/age.key`. */
  readonly ageKeyFile?: string;
  readonly notify?: NotifyConfig;
  /** `[drivers.<name>]` as it stands, for that driver's own schema; undefined when there is none. */
  driverTable(name: string): unknown;
}
