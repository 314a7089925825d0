#!/usr/bin/env node
// A zone of a Knot server on this machine, by its control socket: no key, no transfer. Written against specs/dns-exec.md; for
// another provider, keep everything up to `list` and replace what is below it.
//
//   [drivers.exec."example.com"]
//   command = ["/usr/bin/node", "/srv/dns/knotc.mjs", "/run/knot/knot.sock"]
//
// usage: knotc.mjs SOCKET [KNOTC] list|put|delete <request.json

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const verbs = { list, put, delete: remove };
const verb = process.argv.at(-1) ?? '';
const [socket = '/run/knot/knot.sock', program = 'knotc'] = process.argv.slice(2, -1);
if (!Object.hasOwn(verbs, verb)) fail(`unknown verb ${verb}`);
const request = JSON.parse(readFileSync(0, 'utf8'));
if (request.version !== 1 || typeof request.zone !== 'string') fail('a request of another version');
process.stdout.write(`${JSON.stringify(verbs[verb](request))}\n`);

/** Ends with an error: nothing was done, or nobody knows. */
function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function list({ zone }) {
  return { records: sets(knotc('zone-read', zone)) };
}

function put({ zone, record, was }) {
  const { name, type, values, ttl, owner } = record;
  return change(zone, record, was, () => {
    unset(zone, name, type);
    for (const value of values) knotc('zone-set', zone, `${name}.`, String(ttl), type, rdata(type, value));
    knotc('zone-set', zone, `${ownerName(record)}.`, String(ttl), 'TXT', rdata('TXT', owner));
  });
}

function remove({ zone, record, was }) {
  return change(zone, record, was, () => unset(zone, record.name, record.type));
}

/** In one transaction, of which Knot has one a zone: looked at, compared, changed, or given up. */
function change(zone, { name, type }, was, work) {
  knotc('zone-begin', zone);
  try {
    const now = sets(knotc('zone-get', zone)).find((set) => set.name === name && set.type === type);
    const seen = now === undefined ? null : { values: now.values, owner: now.owner };
    if (!same(seen, was)) {
      knotc('zone-abort', zone);
      return { error: 'changed', message: `${name} ${type} is ${JSON.stringify(seen)}` };
    }
    work();
    knotc('-b', 'zone-commit', zone);
    return { ok: true };
  } catch (error) {
    try {
      knotc('zone-abort', zone);
    } catch {
      // There is none any more.
    }
    return { error: 'failed', message: String(error.stderr ?? error.message).trim() };
  }
}

function same(a, b) {
  if (a === null || b === null) return a === b;
  return a.owner === b.owner && JSON.stringify([...a.values].sort()) === JSON.stringify([...b.values].sort());
}

function unset(zone, name, type) {
  const there = sets(knotc('zone-get', zone)).find((set) => set.name === name && set.type === type);
  if (there === undefined) return;
  if (there.values.length > 0) knotc('zone-unset', zone, `${name}.`, type);
  if (there.owner !== null) knotc('zone-unset', zone, `${ownerName({ name, type })}.`, 'TXT');
}

/** Where the owner of a record stands: a TXT record below its name. */
function ownerName({ name, type }) {
  return `_owner-${type.toLowerCase()}.${name}`;
}

/** Lines `[zone.] name. ttl TYPE rdata` as record sets. */
function sets(text) {
  const found = new Map();
  const at = (type, name) => {
    const key = `${type} ${name}`;
    if (!found.has(key)) found.set(key, { type, name, values: [], owner: null });
    return found.get(key);
  };
  for (const line of text.split('\n')) {
    const [, name, type, data] = /^\[[^\]]*\] (\S+)\. \d+ (A|AAAA|CNAME|TXT) (.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const [, ofType, ofName] = /^_owner-(a|aaaa|cname|txt)\.(.+)$/.exec(name) ?? [];
    if (type === 'TXT' && ofName !== undefined) at(ofType.toUpperCase(), ofName).owner = value(type, data);
    else at(type, name.toLowerCase()).values.push(value(type, data));
  }
  return [...found.values()];
}

/** As a zone file writes it: names end with a dot, texts are quoted strings of at most 255 bytes. */
function rdata(type, plain) {
  if (type === 'CNAME') return `${plain}.`;
  if (type !== 'TXT') return plain;
  const pieces = plain.match(/[\s\S]{1,255}/g) ?? [''];
  return pieces.map((piece) => `"${piece.replace(/["\\]/g, '\\$&')}"`).join(' ');
}

function value(type, data) {
  if (type === 'CNAME') return data.replace(/\.$/, '');
  if (type !== 'TXT') return data;
  const pieces = data.match(/"(?:[^"\\]|\\.)*"/g) ?? [];
  const bytes = (_all, digits, char) => (digits === undefined ? char : String.fromCharCode(Number(digits)));
  return pieces.map((piece) => piece.slice(1, -1).replace(/\\(?:(\d{3})|(.))/g, bytes)).join('');
}

/** An argument vector, never a shell: names come from definitions. */
function knotc(...args) {
  return execFileSync(program, ['-x', '-s', socket, ...args], { encoding: 'utf8', timeout: 8000, stdio: 'pipe' });
}
