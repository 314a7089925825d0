export interface InternalCaSettings {
  /** Roots with their keys, `root-<n>.pem`; 0700. */
  readonly dir: string;
  /** The node's store: one file per name. */
  readonly certificatesDir: string;
  /** Shown in the root's name. */
  readonly node: string;
  readonly leafDays: number;
}
