import { createHash, generateKeyPairSync } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';

export const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** What may lie below a node's state directory; the rest was left behind by somebody who was stopped. */
const known = [
  /^(blobs|files|logs|certificates|internal-ca|secrets|haproxy)(\/|$)/,
  /^registry\.db(-wal|-shm)?$/,
  /^(node\.key|lock\.(db|json)|parachute\.sh)$/,
];
/** Half-written, whatever lies around it. */
const half = /(^|\/)\.[^/]*tmp|\.tmp(-|$)|\.partial$/;

/** Words for each file that nothing accounts for. */
export async function strayFiles(stateDir: string): Promise<string[]> {
  const names = await readdir(stateDir, { recursive: true });
  return names
    .filter((name) => half.test(name) || !known.some((rule) => rule.test(name)))
    .map((name) => `stray ${name}`);
}

/** A stored certificate gets a key that is not its own, as somebody's slip would do it. */
export async function otherKey(path: string): Promise<void> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const text = await readFile(path, 'utf8');
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await writeFile(
    path,
    text.replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*-----END [A-Z ]*PRIVATE KEY-----\n/, key),
  );
}
