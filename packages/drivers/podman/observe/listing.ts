import type { Json } from '@reconcile/core';

/** A listing kept from an earlier pass (specs/0014), in the shape of today. */
interface Kept {
  readonly v: 1;
  readonly stamp: string;
  readonly rows: Json;
}

/** A driver's notes: what it kept at earlier passes, and in `changed` what it wants kept now. Both by `<driver>/<name>`. */
export class Notes {
  readonly #before: Readonly<Record<string, Json>>;
  readonly #driver: string;
  readonly changed: Record<string, Json> = {};

  constructor(driver: string, before: Readonly<Record<string, Json>>) {
    this.#driver = driver;
    this.#before = before;
  }

  get(name: string): Json | undefined {
    const key = `${this.#driver}/${name}`;
    return this.changed[key] ?? this.#before[key];
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  put(name: string, value: Json): void {
    this.changed[`${this.#driver}/${name}`] = value;
  }

  /** Rows of an earlier pass while `stamp` is unchanged, else read anew. */
  async listing<R>(name: string, stamp: string | undefined, load: () => Promise<readonly R[]>): Promise<readonly R[]> {
    const kept = this.get(name) as unknown as Kept | undefined;
    if (stamp !== undefined && kept?.v === 1 && kept.stamp === stamp) return kept.rows as unknown as readonly R[];
    return this.renewed(name, stamp, load);
  }

  /** Rows read anew, whatever was kept, and kept under `stamp`. */
  async renewed<R>(name: string, stamp: string | undefined, load: () => Promise<readonly R[]>): Promise<readonly R[]> {
    const rows = await load();
    if (stamp !== undefined) this.put(name, { v: 1, stamp, rows: rows as unknown as Json });
    return rows;
  }
}
