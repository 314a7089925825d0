import { type ListenerConfig, portsOverlap } from '@reconcile/core';
import { checkTable, type Place, shown } from '@reconcile/spec/toml';
import { readBind } from './bind.ts';
import { bindsSchema, listenerSchema } from './schema.ts';

interface Bound {
  readonly ip: string;
  readonly port: number;
  readonly logical: string;
}

/** `[listeners]`: logical port = a list of binds, or a table with `bind` and `tls`. TLS unless it is port 80 or says so. */
export function readListeners(raw: unknown, place: Place): Record<string, ListenerConfig> {
  const listeners: Record<string, ListenerConfig> = {};
  if (raw === undefined) return listeners;
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    place.report.error('WrongType', ['listeners'], `expected a table [listeners], found ${shown(raw)}`);
    return listeners;
  }
  const bound: Bound[] = [];
  for (const [logical, value] of Object.entries(raw)) {
    const path = ['listeners', logical];
    if (!/^[1-9]\d{0,4}$/.test(logical) || Number(logical) > 65_535) {
      place.report.error('WrongValue', path, {
        message: `expected a route's port, found ${shown(logical)}`,
        at: 'key',
      });
      continue;
    }
    const at = { ...place, path };
    const seen = { logical, bound };
    if (Array.isArray(value)) {
      const bind = readBinds(checkTable(bindsSchema, value, at) ?? [], at, seen);
      listeners[logical] = { bind, tls: logical !== '80' };
      continue;
    }
    const read = checkTable(listenerSchema, value, at);
    if (read === undefined) continue;
    const bind = readBinds(read.bind, { ...place, path: [...path, 'bind'] }, seen);
    listeners[logical] = { bind, tls: read.tls ?? logical !== '80' };
  }
  return listeners;
}

function readBinds(texts: readonly string[], place: Place, seen: { logical: string; bound: Bound[] }): string[] {
  return texts.filter((text, i) => {
    const path = [...place.path, i];
    const bind = readBind(text);
    if (bind === undefined) {
      place.report.error('WrongValue', path, {
        message: `expected an address and a port, found ${shown(text)}`,
        hint: 'such as "127.0.0.1:8443" or "[::]:443"',
      });
      return false;
    }
    const other = seen.bound.find((one) => clash(one, bind));
    if (other !== undefined) {
      place.report.error('DuplicatePort', path, `${text} is bound by listener ${other.logical} already`);
    }
    seen.bound.push({ ...bind, logical: seen.logical });
    return true;
  });
}

function clash(a: { ip: string; port: number }, b: { ip: string; port: number }): boolean {
  const claim = ({ ip, port }: { ip: string; port: number }) => ({ protocol: 'tcp', ip, first: port, last: port });
  return portsOverlap(claim(a), claim(b));
}
