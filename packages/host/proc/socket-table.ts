/** One row of /proc/net/{tcp,tcp6,udp,udp6} (Linux Documentation/networking/proc_net_tcp.rst). */
export interface SocketRow {
  readonly ip: string;
  readonly port: number;
  readonly uid: number;
  readonly inode: string;
}

/** Socket states as the kernel numbers them (include/net/tcp_states.h); an unconnected UDP socket counts as closed. */
export const established = 0x01;
export const udpUnconnected = 0x07;
export const closeWait = 0x08;
export const tcpListen = 0x0a;

/** Rows in one of `states`. Columns are found by position: a busy machine has thousands of lines. Pure. */
export function parseSocketTable(text: string, states: readonly number[]): SocketRow[] {
  const rows: SocketRow[] = [];
  let start = text.indexOf('\n') + 1;
  while (start > 0 && start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const row = parseRow(text, { start, end, states });
    if (row !== undefined) rows.push(row);
    start = end + 1;
  }
  return rows;
}

/** `  12: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 34567 …` */
function parseRow(text: string, at: { start: number; end: number; states: readonly number[] }): SocketRow | undefined {
  const local = text.indexOf(':', at.start) + 2;
  const colon = text.indexOf(':', local);
  const width = colon - local;
  if (local < 2 || colon >= at.end || (width !== 8 && width !== 32)) return undefined;
  // " <remote ip>:<4 digits> " lies between the local port and the state.
  const stateAt = colon + 5 + 1 + width + 5 + 1;
  const state = Number.parseInt(text.slice(stateAt, stateAt + 2), 16);
  if (!at.states.includes(state)) return undefined;
  const [, , , uid, , inode] = text.slice(stateAt + 3, at.end).match(rest) ?? [];
  if (uid === undefined || inode === undefined) return undefined;
  return {
    ip: decodeIp(text.slice(local, colon)),
    port: Number.parseInt(text.slice(colon + 1, colon + 5), 16),
    uid: Number(uid),
    inode,
  };
}

/** tx:rx queues, timer, retransmits, uid, timeout, inode. */
const rest = /^(\S+)\s+(\S+)\s+\S+\s+(\d+)\s+(\d+)\s+(\d+)/;

/** The kernel prints addresses as 32-bit words in its own byte order; every machine we run on is little-endian. */
export function decodeIp(hex: string): string {
  const bytes: number[] = [];
  for (let word = 0; word < hex.length; word += 8) {
    for (let byte = 6; byte >= 0; byte -= 2) bytes.push(Number.parseInt(hex.slice(word + byte, word + byte + 2), 16));
  }
  if (bytes.length === 4) return bytes.join('.');
  const mapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  return mapped ? bytes.slice(12).join('.') : compressIpv6(bytes);
}

/** RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups as `::`. */
function compressIpv6(bytes: readonly number[]): string {
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! << 8) | bytes[2 * i + 1]!);
  let best = { at: -1, length: 1 };
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (at + length < 8 && groups[at + length] === 0) length++;
    if (length > best.length) best = { at, length };
    at += length;
  }
  const text = (some: readonly number[]) => some.map((group) => group.toString(16)).join(':');
  if (best.at === -1) return text(groups);
  return `${text(groups.slice(0, best.at))}::${text(groups.slice(best.at + best.length))}`;
}

/** 127.0.0.0/8 and ::1. */
export function isLoopback(ip: string): boolean {
  return ip === '::1' || ip.startsWith('127.');
}
