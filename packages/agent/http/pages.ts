import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** A built file of the dashboard, held in memory: there are a few, and small. */
export interface Page {
  readonly type: string;
  readonly body: Uint8Array;
  readonly gzipped: Uint8Array | undefined;
  readonly etag: string;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const packed = '.gz';

/** Files of the directory by URL path; `/` is index.html. Nothing else can be asked for, so no path is ever put together from a request. */
export function readPages(dir: string | undefined): ReadonlyMap<string, Page> {
  const pages = new Map<string, Page>();
  if (dir === undefined) return pages;
  const names = new Set(readdirSync(dir));
  for (const name of names) {
    const type = types[extname(name)];
    if (type === undefined) continue;
    const body = readFileSync(join(dir, name));
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    const gzipped = names.has(`${name}${packed}`) ? readFileSync(join(dir, `${name}${packed}`)) : undefined;
    pages.set(name === 'index.html' ? '/' : `/${name}`, { type, body, gzipped, etag });
  }
  return pages;
}
