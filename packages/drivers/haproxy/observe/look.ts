import type { Json } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';
import { askedOf, emptyManifest, type Manifest, nothingAsked } from '../record/manifest.ts';
import { type Rendered, render } from '../render/render.ts';
import type { HaproxySettings } from '../settings/settings.ts';
import { type Answer, askRunning } from './alive.ts';
import { readNames } from './ask.ts';
import { type Files, readFiles, readText } from './files.ts';
import { reconstruct } from './reconstruct.ts';
import { readRecord } from './recorded.ts';
import type { Running } from './running.ts';

/** Everything there is to see: our record, our files, the process. */
export interface Sight {
  readonly manifest: Manifest;
  /** What the files should be by that record. */
  readonly rendered: Rendered;
  readonly files: Files;
  readonly state: 'running' | 'dead' | 'cut-off';
  readonly running: Running | undefined;
  /** The record as it lies there; undefined: lost or damaged, and read back from what runs. */
  readonly record: string | undefined;
  /** To be handed to the next look, so that it reads only what changed. */
  readonly note: Json;
  /** Only certificates of these names were looked at, in files and process, and of ours no server; undefined: everything. */
  readonly only: ReadonlySet<string> | undefined;
}

export interface LookOptions {
  /** Of the last look. */
  readonly note?: Json | undefined;
  readonly only?: ReadonlySet<string> | undefined;
}

/** Under this name what was seen of certificates is kept for the next look. */
export const noteName = 'haproxy/certificates';

/** Reads only. @throws HAPROXY_UNREACHABLE HAPROXY_GARBLED */
export async function look(host: ReadHost, settings: HaproxySettings, { note, only }: LookOptions): Promise<Sight> {
  const record = await readText(host, settings.manifestFile);
  const recorded = record === undefined ? undefined : readRecord(record, settings);
  if (recorded === undefined) return recover(host, settings);
  // An existing HAProxy tells by the names of its servers which of our configurations it has loaded.
  const asked = { ...askedOf(recorded.manifest, only), servers: only === undefined || !settings.isManaged };
  const names = { maps: [...asked.maps, ...asked.lists], certificates: asked.certificates, note };
  const answering = askRunning(host, settings, asked);
  // The question is out before files are looked at, which keeps us busy for as long as HAProxy takes to answer.
  const reading = sent().then(() => readFiles(host, settings, names));
  const [read, answer] = await Promise.all([reading, answering]);
  return { manifest: recorded.manifest, rendered: recorded.rendered, record, only, ...read, ...seen(answer) };
}

/** A turn of the event loop to connect, another to send. */
async function sent(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate);
}

async function recover(host: ReadHost, settings: HaproxySettings): Promise<Sight> {
  let answer = await askRunning(host, settings, nothingAsked);
  let manifest = emptyManifest;
  if (typeof answer === 'object') {
    const names = await readNames(host, settings);
    answer = await askRunning(host, settings, names);
    if (typeof answer === 'object') manifest = reconstruct(answer.running);
  }
  const certificates = Object.keys(manifest.certificates);
  const read = await readFiles(host, settings, { maps: [], certificates, note: undefined });
  return {
    manifest,
    record: undefined,
    only: undefined,
    rendered: render(manifest, settings),
    ...read,
    ...seen(answer),
  };
}

function seen(answer: Answer): Pick<Sight, 'state' | 'running'> {
  return typeof answer === 'object'
    ? { state: 'running', running: answer.running }
    : { state: answer, running: undefined };
}
