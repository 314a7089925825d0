import type { Host } from '@reconcile/host';
import { writeDefinition } from '@reconcile/source/directory';
import { commitFile, deleteFile, type EditRefusal, inspectCheckout } from '@reconcile/source/git';
import type { FleetPlace } from './find-fleet.ts';
import type { FileChange } from './problems.ts';

/** A change of one file, and what its commit says. */
export interface Edit extends FileChange {
  /** Subject of the commit, and what follows after an empty line. */
  readonly message: string;
  /** `Reconcile-Allow: remove web`. */
  readonly trailers?: readonly string[];
}

/** `commit` undefined: written to a directory source, which knows no commits. */
export interface Written {
  readonly commit?: string;
  readonly pushed: boolean;
  /** Pushed on top of what others pushed, and the checkout could not follow. */
  readonly behind: boolean;
}

export interface WriteContext {
  readonly host: Host;
  readonly signal: AbortSignal;
  readonly place: FleetPlace;
}

/** A file's path below the checkout's root, as git and people name it. */
export function pathInCheckout(place: FleetPlace, path: string): string {
  return place.subdir === '' ? path : `${place.subdir}/${path}`;
}

/** Why the file cannot be committed as things are, before anybody is asked about it; undefined: it can. */
export async function refusalOf(cx: WriteContext, edit: Edit): Promise<EditRefusal | undefined> {
  if (cx.place.kind === 'directory') return undefined;
  const seen = await inspectCheckout(cx, {
    repo: cx.place.root,
    path: pathInCheckout(cx.place, edit.path),
    text: edit.text,
  });
  return seen.ok === undefined ? seen : undefined;
}

/** Commits the one file and pushes it where the branch has an upstream, or writes it into a directory source. */
export async function writeEdit(cx: WriteContext, edit: Edit): Promise<{ readonly ok: Written } | EditRefusal> {
  const { host, place } = cx;
  if (place.kind === 'directory') {
    await writeDefinition(host, { root: place.root, path: edit.path, text: edit.text });
    return { ok: { pushed: false, behind: false } };
  }
  const what = {
    repo: place.root,
    path: pathInCheckout(place, edit.path),
    message: edit.message,
    push: true,
    ...(edit.trailers === undefined ? {} : { trailers: edit.trailers }),
  };
  return edit.text === undefined ? deleteFile(cx, what) : commitFile(cx, { ...what, text: edit.text });
}
