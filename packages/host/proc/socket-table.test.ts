import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeIp, established, isLoopback, parseSocketTable, tcpListen, udpUnconnected } from './socket-table.ts';

const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 34567 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 02:000AFEE5 00000000     0        0 34570 2 0000000000000000 20 4 30 10 -1
12345: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 99 1 0000000000000000 100 0 0 10 0
`;

const tcp6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:01BB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 777 1 0000000000000000 100 0 0 10 0
   1: 0000000000000000FFFF00000100007F:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 778 1 0000000000000000 100 0 0 10 0
`;

describe('parseSocketTable', () => {
  test('rows in the wanted state, whatever the width of the first column', () => {
    expect(parseSocketTable(tcp, [tcpListen])).toEqual([
      { ip: '127.0.0.1', port: 8080, uid: 1000, inode: '34567' },
      { ip: '0.0.0.0', port: 80, uid: 0, inode: '99' },
    ]);
    expect(parseSocketTable(tcp, [established])).toEqual([{ ip: '127.0.0.1', port: 8080, uid: 0, inode: '34570' }]);
    expect(parseSocketTable(tcp, [udpUnconnected])).toEqual([]);
  });

  test('both families', () => {
    expect(parseSocketTable(tcp6, [tcpListen])).toEqual([
      { ip: '::', port: 443, uid: 0, inode: '777' },
      { ip: '127.0.0.1', port: 8081, uid: 0, inode: '778' },
    ]);
  });

  test('any text gives rows or nothing, never an error', () => {
    fc.assert(
      fc.property(
        fc.string(),
        (noise) => void parseSocketTable(tcp + noise + tcp6.slice(0, noise.length), [tcpListen]),
      ),
    );
    for (let cut = 0; cut < tcp.length; cut++) parseSocketTable(tcp.slice(0, cut), [tcpListen]);
    expect(parseSocketTable('', [tcpListen])).toEqual([]);
  });

  test('5000 rows', () => {
    const line = tcp.split('\n')[2]!;
    const big = `${tcp.split('\n')[0]}\n${`${line}\n`.repeat(5_000)}`;
    expect(parseSocketTable(big, [established])).toHaveLength(5_000);
  });
});

describe('addresses', () => {
  test.each([
    ['0100007F', '127.0.0.1'],
    ['010200C0', '192.0.2.1'],
    ['00000000000000000000000001000000', '::1'],
    ['B80D0120000000000000000001000000', '2001:db8::1'],
    ['B80D0120000001000000000001000000', '2001:db8:1::1'],
    ['B80D0120010001000100010001000100', '2001:db8:1:1:1:1:1:1'.replace(/1$/, '1')],
    ['0000000000000000FFFF0000010200C0', '192.0.2.1'],
  ])('%s is %s', (hex, ip) => {
    expect(decodeIp(hex)).toBe(ip);
  });

  test('loopback', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1', '0.0.0.0', '::', '192.0.2.1'].map(isLoopback)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
