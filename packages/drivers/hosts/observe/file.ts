import {
  isHostname,
  isIpv4,
  isIpv6,
  markText,
  parseMark,
  type RecordMark,
  type RecordType,
} from '@reconcile/core/kinds/record';

/** What one file of the directory says. */
export interface HostsFile {
  /** Who wrote it, for which record; undefined: not in our way of writing. */
  readonly ours: { readonly mark: RecordMark; readonly zone: string } | undefined;
  readonly entries: readonly { readonly ip: string; readonly hostname: string }[];
}

/** Of one record, whatever it holds: `a-web.example.net.hosts`. */
export function fileName(type: RecordType, hostname: string): string {
  return `${type.toLowerCase()}-${hostname}.hosts`;
}

/** Type and name of a file that is called like one of ours. */
export function parseFileName(name: string): { readonly type: 'A' | 'AAAA'; readonly hostname: string } | undefined {
  const [, type, hostname = ''] = /^(a|aaaa)-(.+)\.hosts$/.exec(name) ?? [];
  if (!isHostname(hostname)) return undefined;
  return { type: type === 'a' ? 'A' : 'AAAA', hostname };
}

const opening = '# made by reconcile, edits are undone: ';

export interface HostsContent {
  readonly hostname: string;
  readonly zone: string;
  readonly value: string;
  readonly mark: RecordMark;
}

/** hosts(5), as dnsmasq(8) reads it: the rest of a line after `#` is a comment. */
export function renderFile({ hostname, zone, value, mark }: HostsContent): string {
  return `${opening}${zone} ${markText(mark, hostname)}\n${value} ${hostname}\n`;
}

/** @param hostname The name that the file's own name promises, where it does. */
export function parseFile(text: string, hostname: string | undefined): HostsFile {
  const entries = text.split('\n').flatMap((line) => {
    const [ip = '', ...names] = (line.split('#')[0] ?? '').trim().split(/\s+/);
    return isIpv4(ip) || isIpv6(ip) ? names.map((name) => ({ ip, hostname: name.toLowerCase() })) : [];
  });
  const [first = ''] = text.split('\n');
  if (hostname === undefined || !first.startsWith(opening)) return { ours: undefined, entries };
  const [zone = '', ...rest] = first.slice(opening.length).split(' ');
  const mark = parseMark(rest.join(' '), hostname);
  return { ours: mark === undefined ? undefined : { mark, zone }, entries };
}
