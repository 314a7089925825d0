const lifeSeconds = 12 * 3600;

/** Browsers do not tell ports apart: nodes behind several tunnels on one laptop have a cookie each. */
export function cookieName(node: string): string {
  return `reconcile_${node.replace(/[^A-Za-z0-9]/g, '_')}`;
}

export function sessionCookie(name: string, secret: string): string {
  return `${name}=${secret}; Path=/; Max-Age=${lifeSeconds}; HttpOnly; SameSite=Strict`;
}

export function expiredCookie(name: string): string {
  return `${name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict`;
}

/** The value of one cookie; the first that was sent counts. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}
