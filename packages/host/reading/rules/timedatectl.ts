/** timedatectl(1): print properties of the clock. */
export function isReadingTimedatectl(args: readonly string[]): boolean {
  const [verb, ...rest] = args;
  return verb === 'show' && rest.every((word) => word === '--value' || /^--property=[A-Za-z]+$/.test(word));
}
