/** `/srv//a/./b/../c/` → `/srv/a/c`. Purely by text: symlinks are looked at when something is mounted. */
export function plainPath(path: string): string {
  // The usual case, and a cold compile asks a lot.
  if (path.startsWith('/') && !/\/(?:\/|\.|$)/.test(path)) return path;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** A path below a directory, as `a/b`; undefined when it is absolute or leads out of it. */
export function relativePath(path: string): string | undefined {
  if (path.startsWith('/') || path.includes('\\') || path.includes('\0')) return undefined;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..' && parts.pop() === undefined) return undefined;
    if (part !== '..' && part !== '' && part !== '.') parts.push(part);
  }
  return parts.length === 0 ? undefined : parts.join('/');
}
