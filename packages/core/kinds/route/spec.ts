import type { SlotKey } from '../../model/resource.ts';

/** Which port of which component answers; replicas are all of its slots. */
export interface Backend {
  readonly slot: SlotKey;
  readonly route: string;
}

/** Another machine's proxy listener that answers instead (an edge route). */
export interface RemoteBackend {
  readonly address: string;
  readonly port: number;
  /** SNI and verified name. */
  readonly serverName: string;
  /** PEM, below the node's state directory: `ca/<node>-<digest of its content>.pem`; '' in l4, where nothing is verified. */
  readonly ca: string;
}

export interface RouteSpec {
  readonly listener: number;
  readonly hostname: string;
  /** `/` = everything. */
  readonly path: string;
  readonly mode: 'l4' | 'l7';
  /** The listener speaks TLS. */
  readonly tls: boolean;
  /** Name by which the proxy shows a certificate for this route; '' where it ends no TLS, or another route of the name has one. */
  readonly certificate: string;
  /** `*.example.net`: the certificate that is shown for that name, shared with others; '' = one of its own. */
  readonly wildcard: string;
  /** Plain listener that sends who asks there for this name to this route instead; 0 = none does. */
  readonly redirectFrom: number;
  readonly backends: readonly Backend[];
  readonly remote: RemoteBackend | null;
  readonly backendTls: { readonly verify: boolean; readonly serverName: string } | null;
  readonly proxyProtocol: boolean;
  /** l7: the program speaks HTTP/2 without TLS (RFC 9113, section 3.3), as gRPC servers do. */
  readonly h2c: boolean;
  /** Requests per second and client; 0 = no limit. */
  readonly rateLimit: number;
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** How long a request may wait while the route is parked. */
  readonly holdMs: number;
}

export interface RouteState {
  /** `127.0.0.1:31044` per backend, sorted, as the running proxy has them. */
  readonly targets: readonly string[];
  /** Requests wait instead of being sent on. */
  readonly parked: boolean;
  /** The running proxy and its files disagree, or a file was edited. */
  readonly drifted: boolean;
  /** Its certificate was renewed and the proxy still shows the one before, or none at all. */
  readonly staleCertificate?: boolean;
}

export const routeDefaults: RouteSpec = {
  listener: 443,
  hostname: '',
  path: '/',
  mode: 'l7',
  tls: true,
  certificate: '',
  wildcard: '',
  redirectFrom: 0,
  backends: [],
  remote: null,
  backendTls: null,
  proxyProtocol: false,
  h2c: false,
  rateLimit: 0,
  allow: [],
  deny: [],
  headers: {},
  holdMs: 120_000,
};

/** Whose certificate proves the name that a route shows; '' where it shows none. */
export function certificateOf({ certificate, wildcard }: Pick<RouteSpec, 'certificate' | 'wildcard'>): string {
  return certificate === '' ? '' : wildcard || certificate;
}

export interface RouteArgs {
  readonly spec: RouteSpec;
  readonly specHash: string;
  readonly targets: readonly string[];
}

export interface ParkArgs {
  /** Only these targets stop answering; others of the route go on. */
  readonly targets: readonly string[];
}
