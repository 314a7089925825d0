/** The node's own limits, from node.toml. A repository may only narrow them. */
export interface NodePolicy {
  /** Host directories that definitions may mount, absolute, without trailing slash. */
  readonly mounts: readonly string[];
  /** Image patterns (`*` matches any run of characters) that may run here. */
  readonly images: readonly string[];
  /** Dangerous container options that are allowed, each named (`privileged`, `devices`, `cap_add`, `host-network` …). */
  readonly flags: readonly string[];
  /** A plan that would take away more than both of these is held. */
  readonly blast: { readonly services: number; readonly percent: number };
  /** Dangers that the owner takes, each by the name its refusal gives: `mount:/etc`, `port:22`. Absent: none. */
  readonly waive?: readonly string[];
  /** Sockets of this machine that its own drivers talk to: whoever serves one is not removed unasked. Absent: none. */
  readonly relies?: readonly ReliedOn[];
}

/** One such socket, and the table of node.toml that names it. */
export interface ReliedOn {
  readonly ip: string;
  readonly port: number;
  readonly by: string;
}

export const defaultBlast = { services: 1, percent: 25 } as const;
