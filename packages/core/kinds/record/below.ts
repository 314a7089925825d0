/** Is a name this domain, or below it? On whole labels. */
export function isBelow(hostname: string, zone: string): boolean {
  return zone !== '' && (hostname === zone || hostname.endsWith(`.${zone}`));
}
