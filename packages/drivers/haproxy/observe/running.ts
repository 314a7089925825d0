import { fail } from '../errors.ts';
import type { Asked } from '../record/manifest.ts';
import { type Address, backendName, isFrontend, loadedName, pemName } from '../record/names.ts';
import type { HaproxySettings } from '../settings/settings.ts';

/** One server as the running proxy has it. */
export interface RunningServer {
  readonly address: Address;
  /** Takes new connections at its full weight. */
  readonly isReady: boolean;
  /** In maintenance, as an unused one should be. */
  readonly isOff: boolean;
}

export interface RunningFrontend {
  readonly mode: string;
  readonly isOpen: boolean;
  /** `[::]:443`; unix sockets as `unix`. */
  readonly binds: readonly string[];
}

/** One line of a list of certificates in memory. */
export interface ListEntry {
  /** As `del ssl crt-list` takes it: `web.example.net.pem:3`. */
  readonly id: string;
  readonly file: string;
  /** As it stands in a list's file, without the directory: the certificate, options and names. */
  readonly line: string;
}

/** What the serving worker has in memory: read from it, never assumed. */
export interface Running {
  /** Name of the configuration it has loaded; '' when that is not one of ours. */
  readonly hash: string;
  readonly workerPid: number;
  readonly frontends: ReadonlyMap<string, RunningFrontend>;
  /** Of an existing HAProxy's own configuration: none of our business, but they hold addresses. */
  readonly foreign: ReadonlyMap<string, RunningFrontend>;
  /** Entries in order, doubles included; undefined: it has no such map. */
  readonly maps: ReadonlyMap<string, readonly (readonly [key: string, value: string])[] | undefined>;
  readonly backends: ReadonlyMap<string, ReadonlyMap<string, RunningServer>>;
  /** All others were not asked about. */
  readonly hasSome: boolean;
  /** undefined: it has no such list. */
  readonly lists: ReadonlyMap<string, readonly ListEntry[] | undefined>;
  /** SHA-1 of the leaf by file name; '' = not asked for and not assumed, or nothing in it yet. */
  readonly certificates: ReadonlyMap<string, string>;
}

/** Questions whose answers `parseRunning` understands; one connection carries them all. */
export function questions(asked: Asked): string[] {
  return [
    'show info',
    // 9 = frontends (1) and listeners (8).
    'show stat -1 9 -1',
    ...(asked.servers ? ['show servers state'] : []),
    ...partQuestions(asked),
  ];
}

function partQuestions({ certificates, lists, maps }: Asked): string[] {
  return [
    ...maps.map((map) => `show map ${map}`),
    ...lists.map((list) => `show ssl crt-list -n ${list}`),
    ...(lists.length > 0 ? ['show ssl cert', ...certificates.map((name) => `show ssl cert ${pemName(name)}`)] : []),
  ];
}

/** Of one backend, map and list: what changed and must be seen to have changed. */
export interface Narrow {
  readonly backends: readonly string[];
  readonly asked: Asked;
}

/** Few questions about many things: in the order in which `parseAgain` takes their answers. */
export function fewerQuestions({ asked, backends }: Narrow): string[] {
  return [...backends.map((name) => `show servers state ${name}`), ...partQuestions(asked)];
}

/** An earlier sight with what was asked again in it. @throws HAPROXY_GARBLED */
export function parseAgain(
  before: Running,
  answers: readonly (readonly string[])[],
  { asked, backends }: Narrow,
): Running {
  const seen = backends.flatMap((_, at) => [...parseServers(answers[at] ?? [])]);
  const parts = parseParts(answers.slice(backends.length), asked);
  const known = new Set(parts.certificates.keys());
  const kept = [...before.certificates].filter(([file]) => known.has(file));
  const certificates = new Map([...kept, ...[...parts.certificates].filter(([, sha1]) => sha1 !== '')]);
  for (const file of known) if (!certificates.has(file)) certificates.set(file, '');
  return {
    ...before,
    backends: new Map([...before.backends, ...seen]),
    ...(asked.maps.length > 0 ? { maps: parts.maps, lists: parts.lists } : {}),
    certificates: asked.lists.length > 0 ? certificates : before.certificates,
  };
}

/** @param answers Lines of each answer, in the order of `questions(asked)`. @throws HAPROXY_GARBLED */
export function parseRunning(
  answers: readonly (readonly string[])[],
  asked: Asked,
  { isManaged }: Pick<HaproxySettings, 'isManaged'>,
): Running {
  const [info = [], stat = [], ...others] = answers;
  const servers = asked.servers ? (others.shift() ?? []) : undefined;
  const facts = new Map(
    info.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const workerPid = Number(facts.get('Pid'));
  const frontends = [...parseStat(stat)];
  const isOurs = (name: string) => isManaged || isFrontend.test(name);
  if (facts.get('Name') !== 'HAProxy' || !Number.isInteger(workerPid)) throw garbled('show info', info);
  return {
    hash: isManaged
      ? (/^reconcile ([0-9a-f]{16})$/.exec(facts.get('description') ?? '')?.[1] ?? '')
      : markedHash(servers ?? []),
    workerPid,
    frontends: new Map(frontends.filter(([name]) => isOurs(name))),
    foreign: new Map(frontends.filter(([name]) => !isOurs(name))),
    backends: servers === undefined ? new Map() : parseServers(servers),
    hasSome: servers === undefined,
    ...parseParts(others, asked),
  };
}

/** Maps, lists and certificates. */
function parseParts(
  answers: readonly (readonly string[])[],
  { assumed, certificates, lists, maps }: Asked,
): Pick<Running, 'maps' | 'lists' | 'certificates'> {
  const [known, ...details] = answers.slice(maps.length + lists.length);
  return {
    maps: new Map(maps.map((map, at) => [map, parseMap(answers[at] ?? [])])),
    lists: new Map(lists.map((list, at) => [list, parseList(answers[maps.length + at] ?? [])])),
    certificates: new Map([
      ...parseStored(known ?? []).map((file) => [file, assumed.get(file) ?? ''] as const),
      ...certificates.flatMap((name, at) => parseCertificate(pemName(name), details[at] ?? [])),
    ]),
  };
}

/** `# crt-443.list`, then `web.example.net.pem:1 [alpn h2] web.example.net`; 2.6 leaves a NUL behind some options. */
function parseList(lines: readonly string[]): ListEntry[] | undefined {
  if (lines[0]?.startsWith('#') !== true) return undefined;
  return lines.slice(1).map((text) => {
    const line = text.includes('\0') ? text.replaceAll('\0', '') : text;
    const space = line.indexOf(' ');
    const id = space < 0 ? line : line.slice(0, space);
    const colon = id.lastIndexOf(':');
    if (colon < 1 || !/^\d+$/.test(id.slice(colon + 1))) throw garbled('show ssl crt-list', lines);
    const file = id.slice(0, colon);
    return { id, file, line: `${file} ${space < 0 ? '' : line.slice(space + 1).trim()}` };
  });
}

/** Everything it holds; `*` marks an open transaction, which nobody is shown. */
function parseStored(lines: readonly string[]): string[] {
  return lines.filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('*'));
}

/** What is read of a certificate. */
export const fingerprint = 'SHA1 FingerPrint: ';

function parseCertificate(file: string, lines: readonly string[]): (readonly [string, string])[] {
  if (lines[0]?.startsWith('Filename: ') !== true) {
    if (lines.some((line) => /currently locked/.test(line))) throw garbled('show ssl cert', lines);
    return [];
  }
  const sha1 = lines.find((line) => line.startsWith(fingerprint))?.slice(fingerprint.length) ?? '';
  return [[file, sha1.toLowerCase()]];
}

/** CSV with named columns (management guide 9.1); `#` before the first name. */
function parseStat(lines: readonly string[]): Map<string, RunningFrontend> {
  const columns = lines[0]?.replace(/^# /, '').split(',') ?? [];
  const at = (name: string) => columns.indexOf(name);
  const [name, part, status, mode, addr] = [at('pxname'), at('svname'), at('status'), at('mode'), at('addr')];
  if ([name, part, status, mode, addr].includes(-1)) throw garbled('show stat', lines);
  const found = new Map<string, { mode: string; isOpen: boolean; binds: string[] }>();
  for (const line of lines.slice(1)) {
    const cells = line.split(',');
    const key = cells[name] ?? '';
    const entry = found.get(key) ?? { mode: cells[mode] ?? '', isOpen: false, binds: [] };
    found.set(key, entry);
    if (cells[part] === 'FRONTEND') entry.isOpen = cells[status] === 'OPEN';
    else if (cells[status] === 'OPEN') entry.binds.push(cells[addr] ?? '');
  }
  return found;
}

/** `0x55… key value`; anything else is HAProxy saying that it has no such map. */
function parseMap(lines: readonly string[]): (readonly [string, string])[] | undefined {
  const entries: (readonly [string, string])[] = [];
  for (const line of lines) {
    const first = line.indexOf(' ');
    const second = line.indexOf(' ', first + 1);
    const isEntry = line.startsWith('0x') && first > 0 && second > first + 1 && second < line.length - 1;
    if (!isEntry || line.includes(' ', second + 1)) {
      if (line.startsWith('Unknown map identifier')) return undefined;
      throw garbled('show map', lines);
    }
    entries.push([line.slice(first + 1, second), line.slice(second + 1)]);
  }
  return entries;
}

/** Among somebody else's sections ours say by a name which of our configurations it has loaded. */
function markedHash(lines: readonly string[]): string {
  for (const line of lines) {
    const hash = loadedName.exec(line.split(' ')[1] ?? '')?.[1];
    if (hash !== undefined) return hash;
  }
  return '';
}

/** Bits of srv_admin_state that keep traffic away: forced, inherited or resolver maintenance, either drain (2.6 management guide 9.3). */
const keepsAway = 0x01 | 0x02 | 0x08 | 0x10 | 0x20;

/** Whoever has an answer before the others may have the work done meanwhile; what is amiss with it is told when all is parsed. */
export function parseEarly(command: string, lines: readonly string[]): void {
  if (command !== 'show servers state') return;
  try {
    early.set(lines, parseServers(lines));
  } catch {
    // Told by parseRunning.
  }
}

const early = new WeakMap<readonly string[], Map<string, Map<string, RunningServer>>>();

/** Format version 1 of `show servers state`. Backends that are not of our pool are left out. */
function parseServers(lines: readonly string[]): Map<string, Map<string, RunningServer>> {
  const known = early.get(lines);
  if (known !== undefined) return known;
  const columns = lines[1]?.replace(/^# /, '').split(' ') ?? [];
  const at = (name: string) => columns.indexOf(name);
  const [backend, server, addr, port] = [at('be_name'), at('srv_name'), at('srv_addr'), at('srv_port')];
  const [op, admin, weight] = [at('srv_op_state'), at('srv_admin_state'), at('srv_uweight')];
  if (lines[0] !== '1' || [backend, server, addr, port, op, admin, weight].includes(-1)) {
    throw garbled('show servers state', lines);
  }
  const found = new Map<string, Map<string, RunningServer>>();
  const serversOf = (name: string): Map<string, RunningServer> | undefined => {
    if (!backendName.test(name)) return undefined;
    const servers = found.get(name) ?? new Map<string, RunningServer>();
    found.set(name, servers);
    return servers;
  };
  const cells = new Cells(1 + Math.max(backend, server, addr, port, op, admin, weight));
  // Those of one backend come in a row.
  let last: { readonly name: string; readonly servers: Map<string, RunningServer> | undefined } | undefined;
  for (let line = 2; line < lines.length; line++) {
    cells.read(lines[line] ?? '');
    const name = cells.at(backend);
    if (last?.name !== name) last = { name, servers: serversOf(name) };
    const state = Number(cells.at(admin));
    last.servers?.set(cells.at(server), {
      address: { ip: cells.at(addr), port: Number(cells.at(port)) },
      isReady: (state & keepsAway) === 0 && cells.at(op) === '2' && cells.at(weight) === '1',
      isOff: (state & 0x01) !== 0,
    });
  }
  return found;
}

/** The first cells of a line that spaces divide. Thousands of lines are read at each look, and of most cells nothing is wanted. */
class Cells {
  #line = '';
  readonly #ends: number[];

  constructor(count: number) {
    this.#ends = Array.from({ length: count }, () => 0);
  }

  read(line: string): void {
    this.#line = line;
    let start = 0;
    for (let at = 0; at < this.#ends.length; at++) {
      const space = start > line.length ? -1 : line.indexOf(' ', start);
      this.#ends[at] = space < 0 ? line.length : space;
      start = (this.#ends[at] ?? 0) + 1;
    }
  }

  /** '' for one that is not there. */
  at(index: number): string {
    const start = index === 0 ? 0 : (this.#ends[index - 1] ?? 0) + 1;
    return this.#line.slice(start, this.#ends[index]);
  }
}

function garbled(question: string, lines: readonly string[]) {
  return fail('HAPROXY_GARBLED', { message: `read ${question}`, actual: lines.slice(0, 2).join(' / ').slice(0, 200) });
}
