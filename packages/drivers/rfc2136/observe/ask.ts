import { randomInt } from 'node:crypto';
import type { ReadHost } from '@reconcile/host';
import { AnswerCheck, type Decoded, encodeMessage, type Message, sign, type TsigKey } from '../wire/index.ts';
import type { Rfc2136Settings } from './settings.ts';

/** What is asked, without an id; the rest is empty. */
export type Asked = Partial<Omit<Message, 'id' | 'isAnswer' | 'rcode'>>;

interface Asking {
  readonly host: ReadHost;
  readonly signal: AbortSignal;
  readonly settings: Rfc2136Settings;
  readonly key: TsigKey;
}

/**
 * One signed exchange. Each answer's signature and id are checked before anybody sees it.
 * @param isLast Whether an answer ends it; absent: the first does.
 * @throws DNS_FAILED DNS_TIMEOUT DNS_TOO_MUCH DNS_CANCELLED RFC2136_GARBLED RFC2136_UNSIGNED RFC2136_KEY_REFUSED RFC2136_CLOCK
 */
export async function askSigned(
  { host, signal, settings, key }: Asking,
  asked: Asked,
  isLast: (answer: Decoded) => boolean = () => true,
): Promise<Decoded[]> {
  const id = randomInt(0x10000);
  const nothing = { opcode: 0, questions: [], answers: [], authorities: [], additionals: [] };
  const message: Message = { ...nothing, ...asked, id, isAnswer: false, rcode: 0 };
  const request = sign(encodeMessage(message), key, host.clock.now());
  const check = new AnswerCheck(key, request, () => host.clock.now());
  const answers: Decoded[] = [];
  await host.net.dns({
    server: settings.server,
    message: request.bytes,
    timeoutMs: settings.timeoutMs,
    signal,
    isLast(bytes) {
      const answer = check.add(bytes);
      check.expectAnswer(answer, id);
      answers.push(answer);
      return isLast(answer);
    },
  });
  check.finish();
  return answers;
}
