/**
 * Who is behind a change (specs/0012-principals.md). `unix` + uid for a local command or the unix socket's peer, `source`
 * + author for a commit, `node` + name for what this node does by itself.
 */
export interface Principal {
  readonly issuer: string;
  readonly subject: string;
  readonly kind: 'person' | 'machine';
  readonly scopes: readonly string[];
}

/** For people: `unix:1000`. */
export function principalName(principal: Principal): string {
  return `${principal.issuer}:${principal.subject}`;
}
