import type { Instant } from '@reconcile/core';
import { fail } from '../errors.ts';

const units: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: 3_600e3, d: 86_400e3, w: 7 * 86_400e3 };

/** `--since`: `90s`, `10m`, `2h`, `1d`, or a time such as `2026-01-31`, `"2026-01-31 14:00"`. @throws BAD_TIME */
export function sinceInstant(text: string, now: Instant): Instant {
  const [, digits, unit = ''] = /^(\d{1,9})([smhdw])$/.exec(text.trim()) ?? [];
  if (digits !== undefined) return now - Number(digits) * (units[unit] ?? 0);
  // Without a time of day Date would take midnight in UTC; people mean their own.
  const local = /^\d{4}-\d\d-\d\d$/.test(text.trim()) ? `${text.trim()}T00:00` : text.trim();
  const at = Date.parse(local);
  if (/^\d{4}-/.test(local) && Number.isFinite(at)) return at;
  throw fail('BAD_TIME', {
    message: `read --since ${text}`,
    wanted: '90s, 10m, 2h, 1d, or a time such as 2026-01-31 or "2026-01-31 14:00"',
    actual: text,
  });
}

/** A span: `90s`, `10m`, `2h`, `1d`. @throws BAD_TIME */
export function spanMs(text: string, option: string): number {
  const [, digits, unit = ''] = /^([1-9]\d{0,8})([smhdw])$/.exec(text.trim()) ?? [];
  if (digits !== undefined) return Number(digits) * (units[unit] ?? 0);
  throw fail('BAD_TIME', { message: `read ${option} ${text}`, wanted: '90s, 10m, 2h or 1d', actual: text });
}

/** `-n`: a number of lines, or `all` (undefined). @throws BAD_NUMBER */
export function lineCount(text: string | undefined, usual: number): number | undefined {
  if (text === undefined) return usual;
  if (text === 'all') return undefined;
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw fail('BAD_NUMBER', { message: `read -n ${text}`, wanted: 'a number, or all', actual: text });
}
