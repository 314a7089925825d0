export interface AcmeSettings {
  /** Account and open orders; 0700. */
  readonly dir: string;
  /** The node's store. */
  readonly certificatesDir: string;
  readonly directory: string;
  readonly email: string | undefined;
  readonly challenge: 'http-01' | 'dns-01';
  readonly caFile: string | undefined;
  /** Where the proxy asks for answers (http-01); undefined: no proxy here does. */
  readonly challengeSocket: string | undefined;
}
