import type { Host } from '@reconcile/host';
import { fail } from '../errors.ts';
import type { AcmeSettings } from '../observe/settings.ts';

const askTimeoutMs = 10_000;
/** Certificates are counted in days: an hour is no reason to stop, and no clock of a server is that wrong. */
const mostOffMs = 3_600_000;

/**
 * A clock that jumped makes every certificate of a node due at once, and servers count orders. So before a new one the server's
 * own time is looked at; where it gives none, or does not answer, the order itself will tell. @throws ACME_CLOCK
 */
export async function checkClock(host: Host, settings: AcmeSettings, hostname: string): Promise<void> {
  const ca = settings.caFile === undefined ? undefined : await host.files.text(settings.caFile);
  const asked = { method: 'GET', url: settings.directory, timeoutMs: askTimeoutMs } as const;
  const answer = await host.http.request({ ...asked, ...(ca === undefined ? {} : { ca }) }).catch(() => undefined);
  const theirs = Date.parse(String(answer?.headers.date ?? ''));
  const ours = host.clock.now();
  if (Number.isNaN(theirs) || Math.abs(ours - theirs) <= mostOffMs) return;
  throw fail('ACME_CLOCK', {
    message: `order a certificate for ${hostname}`,
    key: `certificate/${hostname}`,
    wanted: `the clock of ${new URL(settings.directory).host}: ${new Date(theirs).toISOString()}`,
    actual: new Date(ours).toISOString(),
    hint: 'set the clock of this machine, or that of the server',
  });
}
