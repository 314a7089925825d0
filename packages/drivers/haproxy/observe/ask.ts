import type { ReadHost } from '@reconcile/host';
import { fail } from '../errors.ts';
import type { Asked } from '../record/manifest.ts';
import { certificateName } from '../record/names.ts';
import { fromWire, toWire } from '../record/wire.ts';
import type { HaproxySettings } from '../settings/settings.ts';
import { Answers } from './answers.ts';
import { fewerQuestions, type Narrow, parseAgain, parseRunning, questions, type Running } from './running.ts';

const answerTimeoutMs = 3000;

/**
 * Asks several `show` commands over one connection: lines of each answer. @throws HAPROXY_GARBLED, SOCKET_FAILED and SOCKET_TIMEOUT of the host
 */
export async function askShow(
  host: ReadHost,
  { statsSocket }: Pick<HaproxySettings, 'statsSocket'>,
  commands: readonly string[],
): Promise<string[][]> {
  const reading = commands.every((command) => /^show [\w. #/@+-]+$/.test(command));
  if (!reading) throw fail('HAPROXY_GARBLED', { message: 'ask HAProxy', wanted: 'only show commands' });
  const lines = portions(commands);
  const answers = new Answers(commands, lines.length > 1);
  const options = { timeoutMs: answerTimeoutMs, seen: (part: string) => answers.add(part) };
  await host.net.ask(statsSocket, questionText(lines), options);
  return answers.all();
}

/**
 * Several lines on one connection need its interactive mode, in which each line's answer ends with a prompt. Several connections
 * would be in each other's way: HAProxy refuses to tell about certificates while another one asks about them.
 */
function questionText(lines: readonly (readonly string[])[]): string {
  const text = lines.map((line) => line.join(';')).join('\n');
  return lines.length > 1 ? `prompt\n${text}\nquit\n` : `${text}\n`;
}

/** The same about our own things, by their bare names. */
async function askOurs(host: ReadHost, settings: HaproxySettings, commands: readonly string[]) {
  const asked = commands.map((command) => toWire(command, settings));
  const answers = await askShow(host, settings, asked);
  return answers.map((lines, at) => fromWire(commands[at] ?? '', lines, settings));
}

/** HAProxy reads a line into 16 kB and resets the connection without a word above it. */
const longestLine = 8000;

function portions(commands: readonly string[]): string[][] {
  const found: string[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const command of commands) {
    if (length + command.length > longestLine) {
      found.push([]);
      length = 0;
    }
    length += command.length + 1;
    found.at(-1)?.push(command);
  }
  return found;
}

/** What the serving worker has, in one round trip. */
export async function readRunning(host: ReadHost, settings: HaproxySettings, asked: Asked): Promise<Running> {
  return parseRunning(await askOurs(host, settings, questions(asked)), asked, settings);
}

/** Only some of it again, after a change of no more than that. */
export async function readAgain(
  host: ReadHost,
  settings: HaproxySettings,
  { before, narrow }: { readonly before: Running; readonly narrow: Narrow },
): Promise<Running> {
  return parseAgain(before, await askOurs(host, settings, fewerQuestions(narrow)), narrow);
}

/** Names of our maps, lists and certificates in the serving worker, for when our record of them is lost. */
export async function readNames(host: ReadHost, settings: HaproxySettings): Promise<Asked> {
  const shows = ['show map', 'show ssl crt-list', 'show ssl cert'];
  const [maps = [], lists = [], certificates = []] = await askOurs(host, settings, shows);
  return {
    maps: maps.flatMap((line) => /^\d+ \(((?:routes|sni)-\d+\.map)\)/.exec(line)?.[1] ?? []),
    lists: lists.flatMap((line) => /^(crt-\d+\.list)$/.exec(line)?.[1] ?? []),
    servers: true,
    certificates: certificates.flatMap((line) => (/^[a-z0-9._-]+\.pem$/.test(line) ? [certificateName(line)] : [])),
    assumed: new Map(),
  };
}
