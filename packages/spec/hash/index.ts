import { hash } from 'node:crypto';
import { canonicalJson, type Json } from '@reconcile/core';

/** The one hash function of specs: SHA-256 over their canonical JSON, 64 hex digits. It names things; it never decides. */
export function specHash(value: Json | undefined): string {
  return hash('sha256', canonicalJson(value), 'hex');
}

/** SHA-256 of a mounted file's bytes, 64 hex digits: the name of its content in the blob store. */
export function contentHash(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}
