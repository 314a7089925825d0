/** Where copies lie, absolute. */
export interface CopyDirs {
  readonly filesDir: string;
  /** Of those with secrets in them: in memory alone. undefined: this machine has no such place. */
  readonly filledDir: string | undefined;
}

/** Where a container's copy of a mounted file lies, below the node's files directory. */
export function fileCopyPath(filesDir: string, container: string, target: string): string {
  return `${filesDir}/${container}/${target.replace(/^\/+/, '').replaceAll('/', '__')}`;
}

/** The same of any mounted file; undefined where it needs a place in memory and there is none. */
export function copyPlace(
  dirs: CopyDirs,
  container: string,
  file: { readonly target: string; readonly secrets: readonly string[] },
): string | undefined {
  const dir = file.secrets.length > 0 ? dirs.filledDir : dirs.filesDir;
  return dir === undefined ? undefined : fileCopyPath(dir, container, file.target);
}
