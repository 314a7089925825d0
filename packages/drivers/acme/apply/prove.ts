import type { ApplyContext } from '@reconcile/core';
import type { CertificateSpec } from '@reconcile/core/kinds/certificate';
import type { Host } from '@reconcile/host';
import type { Authorization, Client, Order } from 'acme-client';
import { fail } from '../errors.ts';
import type { AcmeSettings } from '../observe/settings.ts';
import type { Answers } from './answers.ts';

/**
 * Puts TXT values where the server looks (RFC 8555, section 8.4), all of one name together: a wildcard and its domain are
 * proven under the same one. The result takes them away again.
 */
export type TxtWriter = (
  cx: ApplyContext<Host>,
  record: { readonly name: string; readonly values: readonly string[]; readonly spec: CertificateSpec },
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

type Way = AcmeSettings['challenge'];
type Undo = () => Promise<void>;

/** One name to be proven, with what the server wants to find. */
interface Question {
  readonly challenge: Authorization['challenges'][number];
  /** What stands behind `_acme-challenge.`; of a wildcard its domain (RFC 8555, section 7.1.4). */
  readonly name: string;
  readonly text: string;
}

interface Open {
  readonly client: Client;
  readonly open: Order;
  readonly spec: CertificateSpec;
  readonly ways: Ways;
}

/**
 * Answers whatever of an order is not proven yet, and waits for the server's word. What was put up for it is taken away again.
 * @throws ACME_CHALLENGE ACME_NO_WAY
 */
export async function answerAll(cx: ApplyContext<Host>, settings: AcmeSettings, of: Open): Promise<void> {
  const { client, open, spec, ways } = of;
  // Nobody proves a wildcard by a page: there is no host of that name to ask.
  const way = spec.hostname.startsWith('*.') ? 'dns-01' : settings.challenge;
  const questions: Question[] = [];
  for (const authorization of await client.getAuthorizations(open)) {
    if (authorization.status !== 'valid') questions.push(await questionOf(client, authorization, { spec, way }));
  }
  if (questions.length === 0) return;
  const withdraw = await present(cx, settings, { questions, spec, way, ways });
  const retract = way === 'http-01' ? await ways.name?.(cx, spec) : undefined;
  try {
    for (const { challenge } of questions) {
      // One that the server has begun to check by itself needs no word of ours.
      if (challenge.status === 'pending') await client.completeChallenge(challenge);
    }
    for (const { challenge } of questions) await client.waitForValidStatus(challenge);
  } catch (error) {
    await retract?.().catch(() => undefined);
    throw fail('ACME_CHALLENGE', {
      message: `prove that ${spec.hostname} is ours`,
      key: `certificate/${spec.hostname}`,
      wanted: whereItLooks(questions, way),
      actual: error instanceof Error ? error.message.slice(0, 500) : String(error),
      hint:
        way === 'http-01'
          ? `does ${spec.hostname} lead here from outside? reconcile dns list`
          : `is ${questions[0]?.name ?? spec.zone} delegated to the server that this node writes? reconcile dns list`,
    });
  } finally {
    await withdraw().catch(() => undefined);
  }
}

async function questionOf(
  client: Client,
  { challenges, identifier }: Authorization,
  { spec, way }: { readonly spec: CertificateSpec; readonly way: Way },
): Promise<Question> {
  const challenge = challenges.find(({ type }) => type === way);
  if (challenge === undefined) {
    throw fail('ACME_NO_WAY', {
      message: `prove that ${spec.hostname} is ours`,
      key: `certificate/${spec.hostname}`,
      wanted: way,
      actual: challenges.map(({ type }) => type).join(', '),
    });
  }
  const text = await client.getChallengeKeyAuthorization(challenge);
  return { challenge, name: identifier.value.replace(/^\*\./, ''), text };
}

function whereItLooks(questions: readonly Question[], way: Way): string {
  const names = [...new Set(questions.map(({ name }) => name))];
  return way === 'http-01'
    ? `our answer at http://${names[0] ?? ''}/.well-known/acme-challenge/…`
    : `our TXT record at ${names.map(txtName).join(', ')}`;
}

function txtName(name: string): string {
  return `_acme-challenge.${name}`;
}

interface Presented {
  readonly questions: readonly Question[];
  readonly spec: CertificateSpec;
  readonly way: Way;
  readonly ways: Ways;
}

async function present(cx: ApplyContext<Host>, settings: AcmeSettings, of: Presented): Promise<Undo> {
  const { questions, spec, way, ways } = of;
  const none = (hint: string) =>
    fail('ACME_NO_WAY', { message: `prove that ${spec.hostname} is ours`, key: `certificate/${spec.hostname}`, hint });
  if (way === 'http-01') {
    const { challengeSocket } = settings;
    if (challengeSocket === undefined)
      throw none('http-01 needs proxy = "haproxy" and a plain listener 80 in node.toml');
    for (const { challenge, text } of questions)
      await ways.answers.add(cx.host, challengeSocket, { token: challenge.token, text });
    return async () => {
      for (const { challenge } of questions) await ways.answers.remove(challenge.token);
    };
  }
  const { txt } = ways;
  if (txt === undefined) throw none('dns-01 needs a zone whose records this node writes');
  const put: Undo[] = [];
  const takeBack = async () => {
    for (const undo of put) await undo();
  };
  for (const name of new Set(questions.map((question) => question.name))) {
    const values = questions.filter((question) => question.name === name).map(({ text }) => text);
    await txt(cx, { name: txtName(name), values, spec }).then(
      (undo) => put.push(undo),
      async (error: unknown) => {
        await takeBack().catch(() => undefined);
        throw error;
      },
    );
  }
  return takeBack;
}
