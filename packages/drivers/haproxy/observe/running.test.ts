import { isFleetError } from '@reconcile/core';
import { expect, test } from 'vitest';
import { nothingAsked } from '../record/manifest.ts';
import { parseRunning, questions } from './running.ts';

// As HAProxy 2.6.12 prints it, shortened to the columns that stand first.
const info = [
  'Name: HAProxy',
  'Version: 2.6.12-1+deb12u4',
  'Pid: 11679',
  'node: rift',
  'description: reconcile 0123456789abcdef',
];
const stat = [
  '# pxname,svname,status,addr,mode,',
  'l8080,FRONTEND,OPEN,,http,',
  'l8080,b1,OPEN,127.0.0.1:8080,http,',
  'l8080,b2,OPEN,[::1]:8080,http,',
  'l8080,loop,OPEN,unix,http,',
  'l443,FRONTEND,STOP,,tcp,',
  'l443,b1,STOP,0.0.0.0:443,tcp,',
];
const head =
  '# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port';
const servers = [
  '1',
  head,
  '3 b0001 1 s1 127.0.0.1 2 0 1 1 1 1 0 2 0 0 0 0 - 18081 - 0 0 - - 0',
  '3 b0001 2 s2 127.0.0.1 0 5 1 1 1 1 0 0 8 0 0 0 - 1 - 0 0 - - 0',
  '3 b0001 3 s3 ::1 2 4 1 1 0 1 0 0 8 0 0 0 - 443 - 0 0 - - 0',
  '4 b0002 1 s1 127.0.0.1 2 0 0 1 0 1 0 2 0 0 0 0 - 28101 - 0 0 - - 0',
  '4 b0002 2 s2 127.0.0.1 0 4 1 1 0 1 0 0 8 0 0 0 - 1 - 0 0 - - 0',
  '4 b0002 3 s3 127.0.0.1 2 8 1 1 0 1 0 0 8 0 0 0 - 1 - 0 0 - - 0',
  '5 now-l8080 1 now - 2 0 1 1 1 1 0 2 0 0 0 0 - 0 - 0 0 - - 0',
];
const map = ['0x55dbb84d4110 web.example.net/ b0001', '0x55dbb84d4180 web.example.net/ b0002'];

const list = ['# crt-443.list', 'web.example.net.pem:2 web.example.net', 'b.pem:3 [alpn h2,http/1.1\0] b.example.net'];
const noList = ["didn't find the specified filename"];
const stored = ['# transaction', '*web.example.net.pem', '# filename', 'web.example.net.pem', 'b.pem'];
const leaf = [
  'Filename: web.example.net.pem',
  'Status: Used',
  'SHA1 FingerPrint: 42FFFE05C1896032F6616925E154E3538AE9BA56',
];
const noLeaf = ["Can't display the certificate: Not found or the certificate is a bundle!"];

test('memory of a worker', () => {
  const asked = {
    maps: ['routes-8080.map', 'sni-443.map'],
    lists: ['crt-443.list', 'crt-8443.list'],
    certificates: ['web.example.net', 'lost.example.net'],
    servers: true,
    assumed: new Map([
      ['b.pem', 'as recorded'],
      ['gone.pem', 'as recorded'],
    ]),
  };
  expect(questions(asked)).toHaveLength(10);
  const unknown = ['Unknown map identifier. Please use #<id> or <file>.'];
  const running = parseRunning([info, stat, servers, map, unknown, list, noList, stored, leaf, noLeaf], asked, {
    isManaged: true,
  });
  expect(running.lists.get('crt-443.list')).toEqual([
    { id: 'web.example.net.pem:2', file: 'web.example.net.pem', line: 'web.example.net.pem web.example.net' },
    { id: 'b.pem:3', file: 'b.pem', line: 'b.pem [alpn h2,http/1.1] b.example.net' },
  ]);
  expect(running.lists.get('crt-8443.list')).toBeUndefined();
  expect([...running.certificates]).toEqual([
    ['web.example.net.pem', '42fffe05c1896032f6616925e154e3538ae9ba56'],
    ['b.pem', 'as recorded'],
  ]);
  expect(running).toMatchObject({ hash: '0123456789abcdef', workerPid: 11679 });
  expect(running.frontends.get('l8080')).toEqual({
    mode: 'http',
    isOpen: true,
    binds: ['127.0.0.1:8080', '[::1]:8080', 'unix'],
  });
  expect(running.frontends.get('l443')).toEqual({ mode: 'tcp', isOpen: false, binds: [] });
  expect(running.maps.get('routes-8080.map')).toEqual([
    ['web.example.net/', 'b0001'],
    ['web.example.net/', 'b0002'],
  ]);
  expect(running.maps.get('sni-443.map')).toBeUndefined();
  const states = [...running.backends].map(([name, all]) => [
    name,
    [...all.values()].map((one) => [one.isReady, one.isOff]),
  ]);
  expect(states).toEqual([
    [
      'b0001',
      [
        [true, false],
        [false, true],
        [true, false],
      ],
    ],
    [
      'b0002',
      [
        [false, false],
        [false, false],
        [false, false],
      ],
    ],
  ]);
  expect(running.backends.get('b0001')?.get('s3')?.address).toEqual({ ip: '::1', port: 443 });
});

test('beside somebody else: ours are told apart, and our configuration by a name', () => {
  const more = [...stat, 'web,b1,OPEN,0.0.0.0:80,http,', 'web,FRONTEND,OPEN,,http,'];
  const mark = '9 reconcile-00112233445566ff 1 none 127.0.0.1 0 5 1 1 1 1 0 0 8 0 0 0 - 1 - 0 0 - - 0';
  const nothing = nothingAsked;
  const running = parseRunning([info, more, [...servers, mark]], nothing, { isManaged: false });
  expect([...running.frontends.keys()].sort()).toEqual(['l443', 'l8080']);
  expect([...running.foreign]).toEqual([['web', { mode: 'http', isOpen: true, binds: ['0.0.0.0:80'] }]]);
  expect(running.hash).toBe('00112233445566ff');
  expect(parseRunning([info, more, servers], nothing, { isManaged: false }).hash).toBe('');
});

test.each([
  ['nothing at all', [[], [], []]],
  ['another program', [['Name: Other', 'Pid: 1'], stat, servers]],
  ['a table without its columns', [info, ['# pxname,svname'], servers]],
  ['another version of the server table', [info, stat, ['2', head]]],
  ['half an answer', [info, stat, []]],
  ['a map that is none', [info, stat, servers, ['Permission denied']]],
])('%s is not understood, never "nothing there"', (_name, answers) => {
  const error = (() => {
    try {
      const maps = answers.length > 3 ? ['routes-8080.map'] : [];
      return parseRunning(answers, { ...nothingAsked, maps }, { isManaged: true });
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(isFleetError(error) ? error.code : error).toBe('HAPROXY_GARBLED');
});
