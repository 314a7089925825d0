import type { ReadHost } from '@reconcile/host';
import { fail } from '../errors.ts';
import { encodeName, type TsigKey } from '../wire/index.ts';

const mostBytes = 64 * 1024;

/** The key of a file as `tsig-keygen` (BIND) or `keymgr -t` (Knot) prints it. @throws RFC2136_KEY */
export async function readKey(host: ReadHost, path: string): Promise<TsigKey> {
  const message = `read the key file ${path}`;
  const stat = await host.files.stat(path);
  if (stat?.kind !== 'file') throw fail('RFC2136_KEY', { message, actual: 'there is no such file' });
  if ((stat.mode & 0o077) !== 0)
    throw fail('RFC2136_KEY', { message, wanted: 'a file for us alone', hint: `chmod 600 ${path}` });
  const key = parseKey((await host.files.text(path, { maxBytes: mostBytes })) ?? '');
  if (key === undefined)
    throw fail('RFC2136_KEY', {
      message,
      wanted: 'a hmac-sha256 key',
      hint: 'tsig-keygen -a hmac-sha256 NAME writes one',
    });
  return key;
}

/** What is wrong with it is never quoted: it is a secret. */
export function parseKey(text: string): TsigKey | undefined {
  const plain = text.replace(/^\s*(#|\/\/).*$/gm, '');
  const bind = /\bkey\s+"?([^\s"{]+)"?\s*\{([^}]*)\}/.exec(plain);
  const knot = /\bid:\s*"?([^\s"]+)"?[\s\S]*?\balgorithm:\s*"?([\w-]+)"?[\s\S]*?\bsecret:\s*"?([\w+/=]+)"?/.exec(plain);
  const body = bind?.[2] ?? '';
  const name = bind?.[1] ?? knot?.[1] ?? '';
  const algorithm = /\balgorithm\s+"?([\w-]+)"?\s*;/.exec(body)?.[1] ?? knot?.[2] ?? '';
  const encoded = /\bsecret\s+"?([\w+/=]+)"?\s*;/.exec(body)?.[1] ?? knot?.[3] ?? '';
  const secret = Buffer.from(encoded, 'base64');
  if (algorithm.toLowerCase() !== 'hmac-sha256' || secret.length === 0) return undefined;
  const plainName = name.toLowerCase().replace(/\.$/, '');
  try {
    encodeName(plainName);
  } catch {
    return undefined;
  }
  return plainName === '' ? undefined : { name: plainName, secret };
}
