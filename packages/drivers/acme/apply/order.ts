import type { ApplyContext } from '@reconcile/core';
import type { CertificateSpec } from '@reconcile/core/kinds/certificate';
import type { Host } from '@reconcile/host';
import type { Authorization, Client, Order } from 'acme-client';
import { fail } from '../errors.ts';
import type { AcmeSettings } from '../observe/settings.ts';
import type { Answers } from './answers.ts';
import { connect, newKey, requestFor } from './client.ts';
import { checkClock } from './clock.ts';
import { forgetOrder, type OrderMemory, recallOrder, rememberOrder } from './memory.ts';

/** Puts a TXT record where the server looks (RFC 8555, section 8.4); the result takes it away again. */
export type TxtWriter = (
  cx: ApplyContext<Host>,
  record: { readonly name: string; readonly value: string; readonly spec: CertificateSpec },
) => Promise<() => Promise<void>>;

/**
 * Publishes a name whose record is ours to make and is not there yet: http-01 asks under the name, which else appears only once
 * it has its certificate. The result takes it back, for an order that came to nothing.
 */
export type NameWriter = (cx: ApplyContext<Host>, spec: CertificateSpec) => Promise<() => Promise<void>>;

/** What else of this node can speak for a name. */
export interface Voices {
  readonly txt?: TxtWriter | undefined;
  readonly name?: NameWriter | undefined;
}

export interface Ways extends Voices {
  readonly answers: Answers;
}

export interface Ordered {
  /** Leaf and chain, PEM. */
  readonly chain: string;
  readonly key: string;
}

const minuteMs = 60_000;
const longestPauseMs = 60 * minuteMs;

/**
 * One certificate, from wherever the last try got to: the order and its key are on disk before the server counts them, so a
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
  const begun = (await resume(client, memory)) ?? (await begin(client, { host, settings, hostname, memory }));
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
  if (open.status === 'ready') open = await client.finalizeOrder(open, await requestFor(hostname, remembered.key));
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

/** The order of an earlier try, as long as it leads anywhere. */
async function resume(client: Client, { key, url }: OrderMemory): Promise<Begun | undefined> {
  if (url === '' || key === '') return undefined;
  try {
    const found = await client.getOrder({ url } as Order);
    return found.status === 'invalid' ? undefined : { order: found, key };
  } catch (error) {
    // The server knows it no longer. Anything else is its answer to us.
    if (error instanceof Error && /404|not found|No order|malformed|expired/i.test(error.message)) return undefined;
    throw error;
  }
}

async function begin(
  client: Client,
  { host, hostname, memory, settings }: { host: Host; settings: AcmeSettings; hostname: string; memory: OrderMemory },
): Promise<Begun> {
  const key = await newKey();
  await rememberOrder(host, settings, { hostname, order: { ...memory, url: '', key } });
  const made = await client.createOrder({ identifiers: [{ type: 'dns', value: hostname }] });
  await rememberOrder(host, settings, { hostname, order: { ...memory, url: made.url, key } });
  return { order: made, key };
}

interface Open {
  readonly client: Client;
  readonly open: Order;
  readonly spec: CertificateSpec;
  readonly ways: Ways;
}

async function answerAll(cx: ApplyContext<Host>, settings: AcmeSettings, of: Open): Promise<void> {
  for (const authorization of await of.client.getAuthorizations(of.open)) {
    if (authorization.status !== 'valid') await answer(cx, settings, { ...of, authorization });
  }
}

async function answer(
  cx: ApplyContext<Host>,
  settings: AcmeSettings,
  { authorization, client, spec, ways }: Open & { readonly authorization: Authorization },
): Promise<void> {
  const key = `certificate/${spec.hostname}`;
  const challenge = authorization.challenges.find(({ type }) => type === settings.challenge);
  if (challenge === undefined) {
    throw fail('ACME_NO_WAY', {
      message: `prove that ${spec.hostname} is ours`,
      key,
      wanted: settings.challenge,
      actual: authorization.challenges.map(({ type }) => type).join(', '),
    });
  }
  const text = await client.getChallengeKeyAuthorization(challenge);
  const withdraw = await present(cx, settings, { token: challenge.token, text, spec, ways });
  const retract = settings.challenge === 'http-01' ? await ways.name?.(cx, spec) : undefined;
  try {
    // One that the server has begun to check by itself needs no word of ours.
    if (challenge.status === 'pending') await client.completeChallenge(challenge);
    await client.waitForValidStatus(challenge);
  } catch (error) {
    await retract?.().catch(() => undefined);
    throw fail('ACME_CHALLENGE', {
      message: `prove that ${spec.hostname} is ours`,
      key,
      wanted: whereItLooks(settings, spec.hostname),
      actual: error instanceof Error ? error.message.slice(0, 500) : String(error),
      hint: `does ${spec.hostname} lead here from outside? reconcile dns list`,
    });
  } finally {
    await withdraw().catch(() => undefined);
  }
}

function whereItLooks({ challenge }: AcmeSettings, hostname: string): string {
  return challenge === 'http-01'
    ? `our answer at http://${hostname}/.well-known/acme-challenge/…`
    : `our TXT record at _acme-challenge.${hostname}`;
}

async function present(
  cx: ApplyContext<Host>,
  settings: AcmeSettings,
  { spec, text, token, ways }: { token: string; text: string; spec: CertificateSpec; ways: Ways },
): Promise<() => Promise<void>> {
  const none = (hint: string) =>
    fail('ACME_NO_WAY', { message: `prove that ${spec.hostname} is ours`, key: `certificate/${spec.hostname}`, hint });
  if (settings.challenge === 'http-01') {
    const { challengeSocket } = settings;
    if (challengeSocket === undefined)
      throw none('http-01 needs proxy = "haproxy" and a plain listener 80 in node.toml');
    await ways.answers.add(cx.host, challengeSocket, { token, text });
    return () => ways.answers.remove(token);
  }
  if (ways.txt === undefined) throw none('dns-01 needs a zone whose records this node writes');
  return ways.txt(cx, { name: `_acme-challenge.${spec.hostname}`, value: text, spec });
}
