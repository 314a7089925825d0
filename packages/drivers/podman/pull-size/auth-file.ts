import type { ReadHost } from '@reconcile/host';

const mostBytes = 1024 * 1024;
const base64 = /^[A-Za-z0-9+/]+=*$/;

/**
 * `user:password` in base64, as `podman login` wrote it for a registry or a path of it (containers-auth.json(5)); undefined:
 * ask as nobody. Credential helpers are programs and are not asked.
 */
export async function credentialsFor(host: ReadHost, name: string): Promise<string | undefined> {
  for (const dir of [host.home.runtimeDir, host.home.configDir]) {
    const text = await host.files.text(`${dir}/containers/auth.json`, { maxBytes: mostBytes });
    const found = text === undefined ? undefined : findAuth(text, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The entry that names most of it: `registry.example.net/team/web`, `registry.example.net/team`, `registry.example.net`. Pure. */
export function findAuth(text: string, name: string): string | undefined {
  let auths: unknown;
  try {
    auths = (JSON.parse(text) as { readonly auths?: unknown } | null)?.auths;
  } catch {
    return undefined;
  }
  if (auths === null || typeof auths !== 'object') return undefined;
  const parts = name.split('/');
  for (let n = parts.length; n > 0; n--) {
    const key = parts.slice(0, n).join('/');
    const entry = Object.hasOwn(auths, key) ? (auths as Record<string, { readonly auth?: unknown } | null>)[key] : null;
    if (typeof entry?.auth === 'string' && base64.test(entry.auth)) return entry.auth;
  }
  return undefined;
}
