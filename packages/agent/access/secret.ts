import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

// What opens the door: 256 random bits, so that a plain hash of it is enough at rest.

const shape = /^rct_[A-Za-z0-9_-]{43}$/;

export function newSecret(): string {
  return `rct_${randomBytes(32).toString('base64url')}`;
}

export function isSecret(text: string): boolean {
  return shape.test(text);
}

export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** What a page of ours knows and another site cannot: derived from the session, which no script can read. */
export function csrfOf(secret: string): string {
  return createHmac('sha256', secret).update('csrf').digest('base64url');
}

export function isSame(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
