import { type Manifest, parseManifest } from '../record/manifest.ts';
import { type Rendered, render } from '../render/render.ts';
import type { HaproxySettings } from '../settings/settings.ts';

/** A record and what it makes of our files. */
export interface Recorded {
  readonly manifest: Manifest;
  readonly rendered: Rendered;
}

/** The same text means the same, and at almost every look it is the same: with 500 routes that is half of our own work. */
let last: (Recorded & { readonly text: string; readonly settings: HaproxySettings }) | undefined;

/** Whoever writes a record knows already what it says. */
export function keepRecord(text: string, settings: HaproxySettings, { manifest, rendered }: Recorded): void {
  last = { text, settings, manifest, rendered: { ...rendered, pems: {} } };
}

/** What a record says. undefined: damaged, or it cannot be rendered and so was written by somebody else. */
export function readRecord(text: string, settings: HaproxySettings): Recorded | undefined {
  if (last?.text === text && last.settings === settings) return last;
  const manifest = parseManifest(text);
  const rendered = manifest === undefined ? undefined : tryRender(manifest, settings);
  if (manifest === undefined || rendered === undefined) return undefined;
  last = { text, settings, manifest, rendered };
  return last;
}

function tryRender(manifest: Manifest, settings: HaproxySettings): Rendered | undefined {
  try {
    return render(manifest, settings);
  } catch {
    return undefined;
  }
}
