import { plainIp } from '@reconcile/core';
import type { RecordType } from '@reconcile/core/kinds/record';
import type { ReadHost } from '@reconcile/host';
import type { RecordTables } from '../wire/records/index.ts';

/** Deadline of one question, ms. */
export const askTimeoutMs = 2000;
const atOnce = 50;

/** Which server has the truth of a zone; undefined: the resolvers of this machine. */
export function serverOf(provider: string, tables: RecordTables): string | undefined {
  if (provider === 'hosts') return tables.hosts?.server;
  const zone = /^rfc2136\."(.*)"$/.exec(provider)?.[1];
  const server = zone === undefined ? undefined : tables.rfc2136[zone]?.server;
  return server === undefined || /:\d+$/.test(server.replace(/^\[.*\]/, '')) ? server : `${server}:53`;
}

export interface Question {
  readonly name: string;
  readonly type: RecordType;
  readonly server: string | undefined;
}

/** Answers in the order of the questions; null: nobody could be asked. A few at once, whoever is slow. */
export async function askAll(host: ReadHost, questions: readonly Question[]): Promise<(readonly string[] | null)[]> {
  const answers: (readonly string[] | null)[] = [];
  for (let at = 0; at < questions.length; at += atOnce)
    answers.push(...(await Promise.all(questions.slice(at, at + atOnce).map((one) => askOne(host, one)))));
  return answers;
}

async function askOne(host: ReadHost, { name, type, server }: Question): Promise<readonly string[] | null> {
  try {
    const options = { timeoutMs: askTimeoutMs, ...(server === undefined ? {} : { server }) };
    const found = (await host.net.resolve(name, type, options)) ?? [];
    return type === 'AAAA' ? found.map(plainIp) : found;
  } catch {
    return null;
  }
}
