import { Agent } from 'node:https';
import type { Host } from '@reconcile/host';
import type { Client } from 'acme-client';
import { fail } from '../errors.ts';
import type { AcmeSettings } from '../observe/settings.ts';
import { recallAccount, rememberAccount } from './memory.ts';

const requestTimeoutMs = 20_000;
/** Of one wait for the server's check, 20 of them: within the deadline of an action. */
const pollMs = { backoffAttempts: 20, backoffMin: 250, backoffMax: 5000 };

/**
 * A client with this node's account, which is made at first use and kept: the key is on disk before the server hears of it.
 * @throws ACME_UNREACHABLE ACME_REFUSED
 */
export async function connect(host: Host, settings: AcmeSettings): Promise<Client> {
  const acme = await import('./library.ts');
  const ca = settings.caFile === undefined ? undefined : await host.files.text(settings.caFile);
  acme.axios.defaults.timeout = requestTimeoutMs;
  // Trying again is the planner's: a server that says "in an hour" must not hold an action up that long.
  Object.assign(acme.axios.defaults, { acmeSettings: { retryMaxAttempts: 0, retryDefaultDelay: 1 } });
  acme.axios.defaults.httpsAgent = new Agent(ca === undefined ? {} : { ca });
  const known = await recallAccount(host, settings);
  const account = known ?? { key: String(await acme.crypto.createPrivateEcdsaKey('P-256')), url: '' };
  if (known === undefined) await rememberAccount(host, settings, account);
  const client = new acme.Client({
    directoryUrl: settings.directory,
    accountKey: account.key,
    ...(account.url === '' ? {} : { accountUrl: account.url }),
    ...pollMs,
  });
  if (account.url !== '') return client;
  const contact = settings.email === undefined ? {} : { contact: [`mailto:${settings.email}`] };
  await client.createAccount({ termsOfServiceAgreed: true, ...contact });
  await rememberAccount(host, settings, { key: account.key, url: client.getAccountUrl() });
  return client;
}

/** A key for a certificate, and the request that is signed with it. */
export async function newKey(): Promise<string> {
  const { crypto } = await import('./library.ts');
  return String(await crypto.createPrivateEcdsaKey('P-256'));
}

export async function requestFor(names: readonly string[], key: string): Promise<Buffer> {
  const { crypto } = await import('./library.ts');
  const [, request] = await crypto.createCsr({ altNames: [...names] }, key);
  return request;
}

/** The library throws the server's words, or what the network said. */
export function translate(error: unknown, hostname: string, settings: AcmeSettings): unknown {
  if (!(error instanceof Error) || error.name === 'FleetError') return error;
  const code = (error as { code?: unknown }).code;
  // acme-client 5.4 stumbles over its own retry where there was no answer at all.
  const isNetwork =
    error instanceof TypeError ||
    (typeof code === 'string' && /^(E[A-Z]+|CERT_|UNABLE_|DEPTH_|SELF_SIGNED)/.test(code));
  const key = `certificate/${hostname}`;
  if (isNetwork) {
    const hint = `is it reachable: curl ${settings.directory}`;
    return fail('ACME_UNREACHABLE', {
      message: `order a certificate for ${hostname}`,
      key,
      actual: error instanceof TypeError ? `no answer that is believed from ${settings.directory}` : error.message,
      hint,
    });
  }
  return fail('ACME_REFUSED', {
    message: `order a certificate for ${hostname}`,
    key,
    actual: error.message.slice(0, 500),
  });
}
