import { createHmac } from 'node:crypto';
import { fail } from './errors.ts';
import { isSame } from './secret.ts';

/** Where GitHub, Forgejo and Gitea put it (docs.github.com, "Validating webhook deliveries"). */
export const signatureHeader = 'x-hub-signature-256';

/** `sha256=` and the HMAC-SHA-256 of the bytes as they came, in hex. */
export function signatureOf(body: Uint8Array, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** Compared in constant time. @throws HOOK_UNSIGNED */
export function insistOnSignature(body: Uint8Array, shown: unknown, secret: string): void {
  if (typeof shown === 'string' && isSame(shown.toLowerCase(), signatureOf(body, secret))) return;
  throw fail('HOOK_UNSIGNED', {
    message: 'take a hint',
    wanted: `${signatureHeader}: sha256=…, the HMAC-SHA-256 of the body by the shared secret`,
    actual: shown === undefined ? 'no signature' : 'another signature',
    hint: 'give the sender the content of [source] webhook_secret_file',
  });
}
