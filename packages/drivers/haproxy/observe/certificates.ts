import type { ResourceKey } from '@reconcile/core';
import { type Manifest, shownOn } from '../record/manifest.ts';
import { certificateName, listName, pemName } from '../record/names.ts';
import type { Rendered } from '../render/render.ts';
import type { Running } from './running.ts';
import { wantedOf } from './wanted.ts';

/** What keeps the certificates of a running proxy from being those of our record. */
export interface CertificateDelta {
  readonly needsReload: boolean;
  /** Before names lead here. */
  readonly added: readonly string[];
  /** After they do not any more. */
  readonly removed: readonly string[];
  readonly routes: ReadonlySet<ResourceKey>;
  readonly listeners: ReadonlySet<string>;
}

/** Above HAProxy's buffer of 16 kB a payload resets the connection without a word: then only a reload brings it in. */
const largestPayload = 15_000;

/** Runtime API as of 2.2 (management guide 9.3). A new one takes the place of the old at the next handshake. */
export function certificateDelta(manifest: Manifest, rendered: Rendered, running: Running): CertificateDelta {
  const delta = { needsReload: false, routes: new Set<ResourceKey>(), listeners: new Set<string>() };
  const added: string[] = [];
  const entries: string[] = [];
  const removed: string[] = [];
  const { certificates: wanted } = wantedOf(manifest);
  for (const [port, { spec }] of Object.entries(manifest.listeners)) {
    if (!spec.tls) continue;
    const shown = shownOn(manifest, port);
    const list = listName(spec.port);
    const seen = running.lists.get(list);
    if (seen === undefined) delta.needsReload = true;
    const kept = new Set<string>();
    for (const { id, line } of seen ?? []) {
      if (shown.has(line) && !kept.has(line)) {
        kept.add(line);
        continue;
      }
      delta.listeners.add(port);
      removed.push(`del ssl crt-list ${list} ${id}`);
    }
    if (kept.size === shown.size) continue;
    for (const [line, { keys }] of shown) {
      if (kept.has(line)) continue;
      for (const key of keys) delta.routes.add(key);
      entries.push(`add ssl crt-list ${list} <<\n${line}\n`);
    }
  }
  for (const [name, keys] of wanted) {
    const file = pemName(name);
    if (running.certificates.get(file) === manifest.certificates[name]) continue;
    for (const key of keys) delta.routes.add(key);
    const pem = rendered.pems[name];
    // Whoever only looks has no texts; whoever writes has those of what he asked about.
    if (pem === undefined) continue;
    if (pem.length > largestPayload) delta.needsReload = true;
    if (!running.certificates.has(file)) added.push(`new ssl cert ${file}`);
    // What somebody left half-way would refuse ours, or go live with it.
    else added.push(`abort ssl cert ${file}`);
    added.push(`set ssl cert ${file} <<\n${pem}`, `commit ssl cert ${file}`);
  }
  for (const file of running.certificates.keys()) {
    if (wanted.has(certificateName(file))) continue;
    for (const port of Object.keys(manifest.listeners)) delta.listeners.add(port);
    removed.push(`del ssl cert ${file}`);
  }
  return { ...delta, added: [...added, ...entries], removed };
}
