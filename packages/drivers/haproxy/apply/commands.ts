import type { Host } from '@reconcile/host';
import { fail } from '../errors.ts';
import { toWire } from '../record/wire.ts';
import type { HaproxySettings } from '../settings/settings.ts';

const answerTimeoutMs = 3000;
/** For each line more: certificates are read and keys compared by HAProxy, some milliseconds each. */
const perLineMs = 100;

/** HAProxy reads a command line into a buffer of 16 kB and resets the connection without a word above it. */
const longestLine = 8000;

/** Sends commands that change the serving worker. Their answers are texts without a status: whoever calls reads again. */
export async function change(host: Host, settings: HaproxySettings, changes: readonly string[]): Promise<string> {
  const lines = linesOf(changes.map((command) => toWire(command, settings)));
  if (lines.length === 0) return '';
  // Several lines on one connection need the interactive mode, which asks for the next one with `>`, and with `+` for a payload.
  const text = lines.length === 1 ? `${lines[0]}\n` : ['prompt', ...lines, 'quit', ''].join('\n');
  const timeoutMs = answerTimeoutMs + lines.length * perLineMs;
  const said = await host.net.ask(settings.statsSocket, text, { timeoutMs });
  return said
    .replace(/^[>+] /gm, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** As many commands as a line takes. A payload ends with an empty line, and nothing may follow it. */
function linesOf(commands: readonly string[]): string[] {
  const lines: string[] = [];
  for (let at = 0; at < commands.length; ) {
    let line = commands[at++] ?? '';
    for (
      let next = line.includes('<<') ? undefined : commands[at];
      next !== undefined && !next.includes('<<') && line.length + next.length < longestLine;
      next = commands[++at]
    ) {
      line += `;${next}`;
    }
    lines.push(line);
  }
  return lines;
}

/** One HAProxy with its workers, as its master tells. */
export interface Workers {
  readonly master: number;
  readonly reloads: number;
  readonly failedReloads: number;
  readonly current: readonly number[];
}

/** `show proc` of the master (management guide 9.4). @throws HAPROXY_GARBLED and the host's SOCKET errors */
export async function readWorkers(host: Host, settings: HaproxySettings): Promise<Workers> {
  const text = await host.net.ask(settings.masterSocket, 'show proc;quit\n', { timeoutMs: answerTimeoutMs });
  return parseWorkers(text);
}

export function parseWorkers(text: string): Workers {
  const [, pid, reloads, failed] = /^(\d+)\s+master\s+(\d+) \[failed: (\d+)\]/m.exec(text) ?? [];
  if (pid === undefined) throw fail('HAPROXY_GARBLED', { message: 'read show proc', actual: text.slice(0, 200) });
  const [now = ''] = text.split('# old workers');
  const pids = (part: string) => [...part.matchAll(/^(\d+)\s+worker\s/gm)].map((match) => Number(match[1]));
  return { master: Number(pid), reloads: Number(reloads), failedReloads: Number(failed), current: pids(now) };
}

/** Answers nothing and works behind our back (2.6): whoever calls watches `readWorkers`. */
export async function askReload(host: Host, settings: HaproxySettings): Promise<string> {
  return host.net.ask(settings.masterSocket, 'reload\n', { timeoutMs: answerTimeoutMs });
}
