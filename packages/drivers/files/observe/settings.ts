import type { ReadHost } from '@reconcile/host';

/** Where copies and contents lie, absolute paths; and who knows what is filled in. */
export interface FilesSettings {
  /** Contents by hash lie below it, in `blobs`. */
  readonly stateDir: string;
  /** Copies of mounted files, one directory per container. */
  readonly filesDir: string;
  /** Those with secrets in them: in memory. undefined: this machine has no such place. */
  readonly filledDir: () => Promise<string | undefined>;
  /**
   * What a secret is now. `sealed`: hash of the encrypted value that the repository has. undefined: nobody gives it a value that
   * can be had. @throws SECRET_SEALED SECRET_KEY_UNSAFE
   */
  readonly secretValue: (host: ReadHost, name: string, sealed: string | undefined) => Promise<SecretValue | undefined>;
}

export interface SecretValue {
  readonly content: Uint8Array;
  /** As the observation of the secret has it: keyed, or of the encrypted value (specs/0016, 0046). */
  readonly mark: string;
}
