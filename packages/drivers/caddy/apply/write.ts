import type { Json } from '@reconcile/core';

/** One request to the admin API, below `/config/`. */
export interface Write {
  /** Of a list's entry, PUT puts one before it and PATCH replaces it. */
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: Json;
  /** Whose server it is. */
  readonly port?: string;
  /** Nothing else is missing: Caddy answers once it runs, so there is no need to look again. */
  readonly isLast?: boolean;
}
