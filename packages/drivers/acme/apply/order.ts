import type { ApplyContext } from '@reconcile/core';
import { type CertificateSpec, wantedNames } from '@reconcile/core/kinds/certificate';
import type { Host } from '@reconcile/host';
import type { Client, Order } from 'acme-client';
import { fail } from '../errors.ts';
import type { AcmeSettings } from '../observe/settings.ts';
import { connect, newKey, requestFor } from './client.ts';
import { checkClock } from './clock.ts';
import { forgetOrder, type OrderMemory, recallOrder, rememberOrder } from './memory.ts';
import { answerAll, type Ways } from './prove.ts';

export interface Ordered {
  /** Leaf and chain, PEM. */
  readonly chain: string;
  readonly key: string;
}

const minuteMs = 60_000;
const longestPauseMs = 60 * minuteMs;

/**
 * One certificate, for a name or for a wildcard and its domain, from wherever the last try got to: the order and its key are on disk before the server counts them, so a
 * crash goes on with the same order. After a failed check the server is left alone for a growing while.
 * @throws ACME_PATIENCE ACME_CLOCK ACME_CHALLENGE ACME_REFUSED ACME_UNREACHABLE ACME_NO_WAY
 */
export async function order(
  cx: ApplyContext<Host>,
  settings: AcmeSettings,
  { spec, ways }: { readonly spec: CertificateSpec; readonly ways: Ways },
): Promise<Ordered> {
  const { host } = cx;
  const { hostname } = spec;
  const memory = await recallOrder(host, settings, hostname);
  checkPatience(memory, hostname, host.clock.now());
  await checkClock(host, settings, hostname);
  const client = await connect(host, settings);
  const begun = (await resume(client, memory, spec)) ?? (await begin(client, { host, settings, spec, memory }));
  const remembered = { ...memory, url: begun.order.url, key: begun.key };
  let open = begun.order;
  if (open.status === 'pending') {
    await answerAll(cx, settings, { client, open, spec, ways }).catch(async (error: unknown) => {
      const failed = { url: '', key: begun.key, failures: memory.failures + 1, failedAt: host.clock.now() };
      await rememberOrder(host, settings, { hostname, order: failed });
      throw error;
    });
    open = await client.getOrder(open);
  }
  if (open.status === 'ready')
    open = await client.finalizeOrder(open, await requestFor(wantedNames(spec), remembered.key));
  if (open.status === 'processing') open = await client.waitForValidStatus(open);
  return { chain: await client.getCertificate(open), key: remembered.key };
}

/** After what was ordered is safe in the store. */
export async function conclude(host: Host, settings: AcmeSettings, hostname: string): Promise<void> {
  await forgetOrder(host, settings, hostname);
}

function checkPatience({ failedAt, failures }: OrderMemory, hostname: string, now: number): void {
  if (failures === 0) return;
  const until = failedAt + Math.min(longestPauseMs, minuteMs * 2 ** (failures - 1));
  if (now >= until) return;
  throw fail('ACME_PATIENCE', {
    message: `order a certificate for ${hostname}`,
    key: `certificate/${hostname}`,
    actual: `its check failed ${failures === 1 ? 'once' : `${failures} times`}; asked again in ${Math.ceil((until - now) / minuteMs)} min`,
  });
}

interface Begun {
  readonly order: Order;
  readonly key: string;
}

/** The order of an earlier try, as long as it leads anywhere, and to these names. */
async function resume(client: Client, { key, url }: OrderMemory, spec: CertificateSpec): Promise<Begun | undefined> {
  if (url === '' || key === '') return undefined;
  try {
    const found = await client.getOrder({ url } as Order);
    const names = found.identifiers.map(({ value }) => value.toLowerCase()).sort();
    return found.status === 'invalid' || names.join() !== wantedNames(spec).join() ? undefined : { order: found, key };
  } catch (error) {
    // The server knows it no longer. Anything else is its answer to us.
    if (error instanceof Error && /404|not found|No order|malformed|expired/i.test(error.message)) return undefined;
    throw error;
  }
}

async function begin(
  client: Client,
  { host, memory, settings, spec }: { host: Host; settings: AcmeSettings; spec: CertificateSpec; memory: OrderMemory },
): Promise<Begun> {
  const { hostname } = spec;
  const key = await newKey();
  await rememberOrder(host, settings, { hostname, order: { ...memory, url: '', key } });
  const made = await client.createOrder({ identifiers: wantedNames(spec).map((value) => ({ type: 'dns', value })) });
  await rememberOrder(host, settings, { hostname, order: { ...memory, url: made.url, key } });
  return { order: made, key };
}
