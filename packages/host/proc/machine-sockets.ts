import type { BusyPort } from '@reconcile/core';
import { procText } from './read.ts';
import { closeWait, established, parseSocketTable, type SocketRow, tcpListen, udpUnconnected } from './socket-table.ts';

/** See `Net.listening`. An unconnected UDP socket with a port is as much in the way as a listening TCP one. */
export async function listeningSockets(): Promise<readonly BusyPort[]> {
  const [tcp, udp] = await Promise.all([readTables('tcp', [tcpListen]), readTables('udp', [udpUnconnected])]);
  const busy = (protocol: 'tcp' | 'udp') => (row: SocketRow) => ({ protocol, ip: row.ip, port: row.port });
  return [...tcp.map(busy('tcp')), ...udp.map(busy('udp'))];
}

/** See `Net.established`. CLOSE_WAIT counts: the client has said all and still waits for its answer. */
export async function establishedTo(ports: readonly number[]): Promise<number> {
  const wanted = new Set(ports);
  const rows = await readTables('tcp', [established, closeWait]);
  return rows.filter((row) => wanted.has(row.port)).length;
}

async function readTables(protocol: 'tcp' | 'udp', states: readonly number[]): Promise<readonly SocketRow[]> {
  const texts = await Promise.all([procText(`/proc/net/${protocol}`), procText(`/proc/net/${protocol}6`)]);
  return texts.flatMap((text) => parseSocketTable(text ?? '', states));
}
