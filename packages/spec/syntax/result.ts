/** What reading one small text gave: a value, or why not and what to write instead. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string; readonly hint?: string };

export function good<T>(value: T): Read<T> {
  return { ok: true, value };
}

export function bad(
  message: string,
  hint?: string,
): { readonly ok: false; readonly message: string; readonly hint?: string } {
  return { ok: false, message, ...(hint === undefined ? {} : { hint }) };
}
