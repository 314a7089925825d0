import type { ReadHost } from '@reconcile/host';
import { fail } from '../errors.ts';
import type { HaproxySettings } from '../settings/settings.ts';
import { parseRunning, questions, type Running } from './running.ts';

const answerTimeoutMs = 3000;

/**
 * Asks several `show` commands over one connection: lines of each answer. HAProxy ends every answer with an empty line
 * and has none within these. @throws HAPROXY_GARBLED, SOCKET_FAILED and SOCKET_TIMEOUT of the host
 */
async function askShow(host: ReadHost, socket: string, commands: readonly string[]): Promise<string[][]> {
  const reading = commands.every((command) => /^show [\w. -]+$/.test(command));
  if (!reading) throw fail('HAPROXY_GARBLED', { message: 'ask HAProxy', wanted: 'only show commands' });
  const text = await host.net.ask(socket, `${commands.join(';')}\n`, { timeoutMs: answerTimeoutMs });
  const lines = text.split('\n');
  const answers: string[][] = [];
  let start = 0;
  for (const command of commands) {
    const end = lines.indexOf('', start);
    if (end < 0) throw fail('HAPROXY_GARBLED', { message: `read ${command}`, actual: 'an answer without an end' });
    answers.push(lines.slice(start, end));
    start = end + 1;
  }
  return answers;
}

/** What the serving worker has, in one round trip. */
export async function readRunning(
  host: ReadHost,
  settings: HaproxySettings,
  maps: readonly string[],
): Promise<Running> {
  return parseRunning(await askShow(host, settings.statsSocket, questions(maps)), maps);
}

/** Names of our maps in the serving worker, for when our record of them is lost. */
export async function readMapNames(host: ReadHost, settings: HaproxySettings): Promise<string[]> {
  const [lines = []] = await askShow(host, settings.statsSocket, ['show map']);
  return lines.flatMap((line) => /^\d+ \(((?:routes|sni)-\d+\.map)\)/.exec(line)?.[1] ?? []);
}
