/** Where copies and contents lie; absolute paths. */
export interface FilesSettings {
  /** Contents by hash lie below it, in `blobs`. */
  readonly stateDir: string;
  /** Copies of mounted files, one directory per container. */
  readonly filesDir: string;
}
