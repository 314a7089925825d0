import type Database from 'better-sqlite3';
import type { Connection } from './native.ts';

export type SqlValue = string | number | bigint | null | Uint8Array;

/** Access to rows inside one transaction: what the functions in tables/ take. */
export interface Rows {
  all<R>(sql: string, ...values: readonly SqlValue[]): R[];
  one<R>(sql: string, ...values: readonly SqlValue[]): R | undefined;
  /** Number of rows changed. */
  run(sql: string, ...values: readonly SqlValue[]): number;
}

type Statement = Database.Statement<SqlValue[]>;

/** Rows over one connection; every statement text is prepared once. */
export function rowsOf(db: Connection): Rows {
  const prepared = new Map<string, Statement>();
  const statement = (sql: string): Statement => {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    const made = db.prepare<SqlValue[]>(sql);
    prepared.set(sql, made);
    return made;
  };
  return {
    all: <R>(sql: string, ...values: readonly SqlValue[]) => statement(sql).all(...values) as R[],
    one: <R>(sql: string, ...values: readonly SqlValue[]) => statement(sql).get(...values) as R | undefined,
    run: (sql, ...values) => statement(sql).run(...values).changes,
  };
}
