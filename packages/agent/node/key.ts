import type { Host, ReadHost } from '@reconcile/host';

/** The node's key, undefined before the first write of this node. */
export async function readNodeKey(host: ReadHost, path: string): Promise<Uint8Array | undefined> {
  const text = await host.files.text(path, { maxBytes: 4096 });
  return text === undefined ? undefined : new Uint8Array(Buffer.from(text.trim(), 'hex'));
}

/** Makes the key if there is none: 256 random bits, 0600. Never replaces one, since every recorded HMAC depends on it. */
export async function ensureNodeKey(host: Host, path: string): Promise<void> {
  if ((await host.files.stat(path)) !== undefined) return;
  await host.files.write(path, `${host.ids.random()}${host.ids.random()}\n`, { mode: 0o600 });
}
