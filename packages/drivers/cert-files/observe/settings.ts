export interface CertFilesSettings {
  /** Of others: `<name>.pem`, or `<name>.crt` and `<name>.key`, or `<name>/fullchain.pem` and `<name>/privkey.pem`. */
  readonly dir: string;
  /** The node's own store. */
  readonly certificatesDir: string;
}
