import { errorText } from '@reconcile/core';
import type { ReadHost } from '@reconcile/host';
import type { ProbeTarget } from './glance.ts';

/** Numbers of the record types that may be asked for (IANA, DNS parameters). */
const types: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
};

const rcodes = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];
const headerBytes = 12;

/**
 * `dns` health: the name of `expect` has a record of its type (`example.net`, `example.net MX`), by every transport that the port is
 * published for. A forwarder with nothing behind it answers by neither.
 */
export async function probeDns(host: ReadHost, target: ProbeTarget): Promise<[boolean, string]> {
  const { endpoint, health, udp } = target;
  const asks = [
    ...(udp === undefined ? [] : [{ transport: 'udp' as const, server: udp }]),
    ...(endpoint === null ? [] : [{ transport: 'tcp' as const, server: endpoint }]),
  ];
  if (asks.length === 0) return [false, 'no published port to ask'];
  const [name = '', type = 'A'] = health.expect.split(' ');
  const id = host.clock.now() & 0xffff;
  const message = encodeQuestion(id, name, types[type] ?? 1);
  const said = await Promise.all(
    asks.map(async ({ server, transport }): Promise<[boolean, string]> => {
      const asked = `dns ${transport} ${server.ip}:${server.port} ${name} ${type}`;
      try {
        const isLast = (answer: Uint8Array) => isAnswerTo(answer, id);
        const { timeoutMs } = health;
        const [answer] = await host.net.dns({ server, transport, message, timeoutMs, isLast, maxBytes: 65_535 });
        const [healthy, verdict] = judgeDns(answer ?? new Uint8Array());
        return [healthy, `${asked}: ${verdict}`];
      } catch (error) {
        return [false, `${asked}: ${errorText(error)}`];
      }
    }),
  );
  return said.find(([healthy]) => !healthy) ?? [true, said.map(([, text]) => text).join(', ')];
}

/** One question, recursion wanted (RFC 1035, section 4.1). */
export function encodeQuestion(id: number, name: string, type: number): Uint8Array {
  const labels = name.split('.').filter((label) => label !== '');
  const bytes = labels.flatMap((label) => [label.length, ...Buffer.from(label, 'latin1')]);
  return Uint8Array.from([id >> 8, id & 0xff, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...bytes, 0, type >> 8, type & 0xff, 0, 1]);
}

function isAnswerTo(answer: Uint8Array, id: number): boolean {
  const isReply = ((answer[2] ?? 0) & 0x80) !== 0;
  return answer.length >= headerBytes && isReply && (((answer[0] ?? 0) << 8) | (answer[1] ?? 0)) === id;
}

/** A cut answer has more than a datagram holds: the program works. */
export function judgeDns(answer: Uint8Array): [boolean, string] {
  const rcode = (answer[3] ?? 2) & 0x0f;
  if (rcode !== 0) return [false, rcodes[rcode] ?? `RCODE ${rcode}`];
  const records = ((answer[6] ?? 0) << 8) | (answer[7] ?? 0);
  const isCut = ((answer[2] ?? 0) & 0x02) !== 0;
  return records > 0 || isCut ? [true, `${records} records`] : [false, 'no record of that type'];
}
