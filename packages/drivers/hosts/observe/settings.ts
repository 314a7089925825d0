export interface HostsSettings {
  readonly dir: string;
  /** undefined: every zone that fleet.toml gives to this driver. */
  readonly zones?: readonly string[] | undefined;
}
