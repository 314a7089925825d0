import type { Instant } from '@reconcile/core';

export interface CommitFacts {
  readonly message: string;
  /** `Name <mail>`. */
  readonly author: string;
  readonly at: Instant;
  /** Names after `Reconcile-Allow: remove`. */
  readonly allows: readonly string[];
}

/** Reads a commit object: header lines, an empty line, the message. Fields that are not there are ''. Pure. */
export function parseCommit(content: Uint8Array): CommitFacts {
  const text = Buffer.from(content).toString('utf8');
  const split = text.indexOf('\n\n');
  const header = split === -1 ? text : text.slice(0, split);
  const message = split === -1 ? '' : text.slice(split + 2).trimEnd();
  const author = /^author (.*) \d+ [+-]\d{4}$/m.exec(header)?.[1] ?? '';
  const seconds = Number(/^committer .* (\d+) [+-]\d{4}$/m.exec(header)?.[1] ?? 0);
  return { message, author, at: seconds * 1_000, allows: parseAllows(message) };
}

/** Trailers stand in the last paragraph (git-interpret-trailers(1)): `Reconcile-Allow: remove web db`. */
export function parseAllows(message: string): readonly string[] {
  const last =
    message
      .trimEnd()
      .split(/\n\s*\n/)
      .at(-1) ?? '';
  return [...last.matchAll(/^reconcile-allow:[ \t]*remove[ \t]+(.*)$/gim)].flatMap(([, names]) =>
    names!.split(/[\s,]+/).filter((name) => name !== ''),
  );
}
