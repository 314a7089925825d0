/** What a snapshot may be. Generous for people, small enough that hostile input costs nothing (reliability row 3.20). */
export const limits = {
  /** Bytes of one TOML file. */
  fileBytes: 256 * 1024,
  /** Definitions in one snapshot. */
  files: 2000,
  /** Bytes of all TOML files together. */
  totalBytes: 16 * 1024 * 1024,
  /** Tables and lists inside each other. */
  depth: 16,
  /** Bytes of one mounted file. */
  mountedBytes: 1024 * 1024,
  /** Bytes of all mounted files together. */
  mountedTotalBytes: 16 * 1024 * 1024,
} as const;

export function kib(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${bytes / (1024 * 1024)} MiB` : `${Math.ceil(bytes / 1024)} KiB`;
}
