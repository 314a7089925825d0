const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Node's timers overflow at 2^31 ms (24.8 days). */
export const longestMs = 20 * 86_400_000;

/** `1h30m` → ms. The text has the schema's form already. */
export function durationMs(text: string): number {
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (unitMs[unit ?? ''] ?? 0);
  }
  return Math.round(total);
}

const unitBytes: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** `512MiB`, `512mb`, `512m` → bytes, all counted in 1024 as podman does; a number is bytes. */
export function sizeBytes(value: string | number): number {
  if (typeof value === 'number') return value;
  const [, amount = '0', unit = ''] = /^(\d+(?:\.\d+)?) ?([bkmgt]?)/i.exec(value) ?? [];
  return Math.round(Number(amount) * (unitBytes[unit.toLowerCase()] ?? 1));
}
