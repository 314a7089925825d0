import type { Listening } from './contract.ts';
import { ownSockets } from './family.ts';
import { procText } from './read.ts';
import { isLoopback, parseSocketTable, type SocketRow, tcpListen } from './socket-table.ts';

/** See `Proc.listens`. */
export async function listensAt(pid: number, port: number, options: { own: boolean }): Promise<Listening | undefined> {
  const [tcp, tcp6] = await Promise.all([procText(`/proc/${pid}/net/tcp`), procText(`/proc/${pid}/net/tcp6`)]);
  if (tcp === undefined) return undefined;
  const all = [...parseSocketTable(tcp, [tcpListen]), ...parseSocketTable(tcp6 ?? '', [tcpListen])];
  if (!options.own) return listening(all, port);
  const own = await ownSockets(pid);
  if (own === undefined) return undefined;
  return listening(
    all.filter((row) => own.inodes.has(row.inode) || own.uids.has(row.uid)),
    port,
  );
}

function listening(rows: readonly SocketRow[], port: number): Listening {
  const here = rows.filter((row) => row.port === port);
  return {
    outside: here.some((row) => !isLoopback(row.ip)),
    loopback: here.some((row) => isLoopback(row.ip)),
    ports: [...new Set(rows.map((row) => row.port))].sort((a, b) => a - b),
  };
}
