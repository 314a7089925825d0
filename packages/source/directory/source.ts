import { createHash } from 'node:crypto';
import type { SourceSnapshot } from '@reconcile/core';
import { asProblem } from '../as-problem.ts';
import { problem, type Source, type SourceContext, type SourceOutcome } from '../contract.ts';
import { exceedsLimits, isDefinition } from '../layout.ts';
import { type SeenFile, scan } from './scan.ts';
import { settledListing, unsettled } from './settled.ts';
import { watchDirectory } from './watch.ts';

export interface DirectorySettings {
  readonly path: string;
  /** How long everything must have stood still before it counts. */
  readonly settleMs: number;
}

export const defaultSettleMs = 1_000;

/** Desired state from a plain directory, for whoever brings the files in another way than git. */
export function directorySource(settings: DirectorySettings): Source {
  const read = (cx: SourceContext) => asProblem(settings.path, () => readDirectory(cx, settings));
  return {
    kind: 'directory',
    async head(cx) {
      const snapshot = await read(cx);
      return snapshot.ok === undefined ? snapshot : { ok: snapshot.ok.commit };
    },
    snapshot: read,
    watch: (cx, onHint) => watchDirectory(cx, settings.path, onHint),
  };
}

async function readDirectory(cx: SourceContext, settings: DirectorySettings): Promise<SourceOutcome<SourceSnapshot>> {
  const { path, settleMs } = settings;
  const listing = await settledListing(cx, path, settleMs);
  if (listing.ok === undefined) return listing;
  const { files, signature, changedAt, warnings } = listing.ok;
  if (!files.some((file) => isDefinition(file.path))) {
    return problem(
      'Empty',
      `${path}: neither fleet.toml nor services/*.toml`,
      'put a fleet there: reconcile init shows one',
    );
  }
  const tooLarge = exceedsLimits(files);
  if (tooLarge !== undefined) return tooLarge;
  const contents = await readContents(cx, files);
  const after = await scan(cx.host, path);
  if (contents === undefined || after.ok?.signature !== signature) return unsettled(path);
  return {
    ok: {
      source: 'directory',
      commit: contentHash(contents),
      message: '',
      author: '',
      at: changedAt,
      files: contents,
      allows: [],
      warnings,
    },
  };
}

async function readContents(
  cx: SourceContext,
  files: readonly SeenFile[],
): Promise<ReadonlyMap<string, Uint8Array> | undefined> {
  const contents = new Map<string, Uint8Array>();
  for (const file of files) {
    const content = await cx.host.files.read(file.real, { maxBytes: file.size });
    if (content?.length !== file.size) return undefined;
    contents.set(file.path, content);
  }
  return contents;
}

/** The name of a state of files: looks like a commit id, and is none. */
function contentHash(contents: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash('sha1');
  for (const [path, content] of contents) hash.update(`${path}\0${content.length}\0`).update(content);
  return hash.digest('hex');
}
