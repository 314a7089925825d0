import { type Json, sameJson } from '@reconcile/core';
import { fieldsOf, listOf } from '../record/record.ts';
import type { Write } from './write.ts';

/**
 * The one place of a server's list of routes that differs, where all else is as it should be: sent alone, since a listener with
 * 500 routes is half a megabyte. undefined: more than one place differs.
 * @param path of the server, below `/config/`
 */
export function oneRoute(path: string, seen: Json | undefined, wanted: Json): Write | undefined {
  const [before, after] = [fieldsOf(seen), fieldsOf(wanted)];
  if (before === undefined || after === undefined) return undefined;
  if (!sameJson({ ...before, routes: [] } as Json, { ...after, routes: [] } as Json)) return undefined;
  const [old, next] = [listOf(before.routes), listOf(after.routes)];
  const shorter = Math.min(old.length, next.length);
  let start = 0;
  while (start < shorter && isSame(old[start], next[start])) start++;
  let end = 0;
  while (end < shorter - start && isSame(old[old.length - 1 - end], next[next.length - 1 - end])) end++;
  const [gone, come] = [old.length - start - end, next.length - start - end];
  const place = `${path}/routes/${start}`;
  const body = next[start];
  if (gone === 1 && come === 0) return { method: 'DELETE', path: place };
  if (body === undefined || come !== 1 || gone > 1) return undefined;
  // PUT puts before an entry that is there, POST behind the last one.
  if (gone === 0 && start === old.length) return { method: 'POST', path: `${path}/routes`, body };
  return { method: gone === 0 ? 'PUT' : 'PATCH', path: place, body };
}

function isSame(a: Json | undefined, b: Json | undefined): boolean {
  return a !== undefined && b !== undefined && sameJson(a, b);
}
