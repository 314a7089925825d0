import { z } from 'zod';

// The small words of both files. A pattern carries its own sentence, so that every message says what is expected.

const text = (pattern: RegExp, expected: string) => z.string().regex(pattern, { error: `expected ${expected}` });

/** `500ms`, `30s`, `2m`, `1h30m`. */
export const duration = text(
  /^(?:\d{1,9}(?:\.\d{1,3})?(?:ms|s|m|h|d))+$/,
  'a duration with its unit, such as "500ms", "30s" or "2m"',
);

/** A duration, or whole seconds as podman's own options take them. */
export const seconds = z.union([duration, z.int().min(0).max(86_400)], {
  error: 'expected a duration such as "30s", or whole seconds',
});

/** `512MiB`, `512m`, `2g`, or bytes. Every unit counts in 1024, as podman's do. */
export const size = z.union(
  [text(/^\d{1,15}(?:\.\d{1,3})? ?[bkmgtBKMGT]?(?:i?[bB])?$/, 'a size such as "512MiB" or "2g"'), z.int().min(1)],
  {
    error: 'expected a size such as "512MiB" or "2g", or bytes',
  },
);

export const serviceName = text(
  /^(?!constructor$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
  'a name of lower-case letters, digits and "-", at most 63 characters',
);

/** Begins with a letter: `<component>/2` is a replica. */
export const componentName = text(
  /^(?!constructor$)[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
  'a name that begins with a lower-case letter, then letters, digits and "-", at most 63 characters',
);

/** Networks, volumes, secrets: podman's own rule for names. */
export const objectName = text(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/, 'a name of letters, digits, "_", "." and "-"');

export const routeName = text(
  /^[A-Za-z][A-Za-z0-9_-]{0,31}$/,
  'a name of letters, digits, "-" and "_", at most 32 characters',
);

export const nodeName = text(/^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$/, "a machine's name");

export const stageName = text(/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/, 'a name of letters, digits, "-" and "_"');

/** RFC 1123, section 2.1: labels of letters, digits and inner hyphens; no wildcard, no trailing dot. */
export const hostname = text(
  /^(?=.{1,253}$)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*(?!\d+$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/,
  'a host name such as "web.example.net" (RFC 1123: letters, digits, "-"; no wildcard, no trailing dot)',
);

export const port = z.int().min(1).max(65_535);

/** Without white space, quotes or other characters that a proxy's configuration could trip over. */
export const urlPath = text(/^\/(?:[A-Za-z0-9._~%+=@-]+(?:\/|$))*$/, 'a path that begins with "/", such as "/api"');

export const containerPath = text(/^\/[^\0:]*$/, 'an absolute path in the container');

export const user = text(
  /^[A-Za-z0-9_][A-Za-z0-9_.-]*(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?$/,
  '"user", "uid" or "uid:gid"',
);

export const signal = text(/^(?:SIG)?[A-Z][A-Z0-9+-]{1,15}$/, 'a signal name such as "TERM" or "HUP"');

export const strings = z.array(z.string());

/** `KEY=VALUE` lines, or a table. */
export const assignments = z.union(
  [z.array(z.string()), z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))],
  { error: 'expected a list of "KEY=VALUE" or a table of strings' },
);

export const options = z.record(z.string(), z.string(), { error: 'expected a table of strings' });
