import type { HaproxySettings } from '../settings/settings.ts';

// Our files have one name each, bare, everywhere in our own code. HAProxy knows a map, a list or a certificate by the name it
// was loaded with: bare in a HAProxy of our own, the whole path beside somebody else's files. Here one becomes the other.

type Names = Pick<HaproxySettings, 'prefix'>;

const named =
  /^((?:show|add|set|del|clear) map |(?:show|add|del) ssl crt-list (?:-n )?|(?:show|new|set|commit|abort|del) ssl cert )(\S+)/;
/** In `add ssl crt-list`'s payload and behind the list in `del ssl crt-list`. */
const certificate = /(?<=^|\s)([a-z0-9._-]+\.pem)(?=[:\s]|$)/g;

/** A command of the runtime API as this HAProxy understands it. */
export function toWire(command: string, { prefix }: Names): string {
  if (prefix === '') return command;
  const [, start = '', name = ''] = named.exec(command) ?? [];
  if (start === '') return command;
  const rest = command.slice(start.length + name.length);
  return `${start}${prefix}${name}${start.includes('crt-list') ? rest.replace(certificate, `${prefix}$1`) : rest}`;
}

/** Lines of an answer about our own things, bare again; certificates of others are left out. */
export function fromWire(command: string, lines: readonly string[], { prefix }: Names): readonly string[] {
  if (prefix === '') return lines;
  const isList = ['show map', 'show ssl cert', 'show ssl crt-list'].includes(command);
  if (!isList && !command.startsWith('show ssl ')) return lines;
  const own = isList ? lines.filter((line) => line.includes(prefix)) : lines;
  return own.map((line) => line.replace(prefix, ''));
}
