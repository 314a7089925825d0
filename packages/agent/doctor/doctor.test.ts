import { readFileSync } from 'node:fs';
import type { Hold } from '@reconcile/core';
import { describe, expect, test } from 'vitest';
import { type FindingCode, findings } from './catalogue.ts';
import { cheapFindings } from './cheap.ts';
import { diagnose } from './doctor.ts';
import { hostUid } from './families/data.ts';
import type { Finding } from './finding.ts';
import { config, desiredOf, dir, examined, healthy, info, now, type Recorded, seenOf } from './recorded.fixture.ts';

interface Case {
  readonly code: FindingCode;
  readonly name: string;
  readonly world: Partial<Recorded>;
  /** Must be somewhere in what it says. */
  readonly says: RegExp;
  readonly fix?: RegExp;
  /** Other codes that come with it. */
  readonly also?: readonly FindingCode[];
  readonly blocks?: true;
  readonly isCheap?: true;
}

const dataHold: Hold = {
  id: 'h123456',
  code: 'DataMissing',
  keys: ['volume/notes-data'],
  slots: ['notes/web'],
  services: ['notes'],
  message: 'notes-data is empty, and held data before',
  data: [],
  confirmable: true,
};
const identity = {
  uid: 850,
  user: 'ops',
  uidMap: '0:850:1,1:100000:65536',
  gidMap: '0:850:1,1:100000:65536',
  graphRoot: '/home/ops/.local/share/containers/storage',
  runRoot: '/run/user/850/containers',
  driver: 'overlay',
};
const notes = (more: object = {}) => ({ notes: { 'podman/identity': { ...identity, ...more } } });
const passwd = (text: string) => ({ '/etc/passwd': `root:x:0:0::/root:/bin/sh\n${text}` });
const port = (ip: string, host: number, protocol: 'tcp' | 'udp' = 'tcp') => ({
  ip,
  host,
  container: host,
  count: 1,
  protocol,
});
const dns = desiredOf('mcns', { ports: [port('192.0.2.10', 53), port('192.0.2.10', 53, 'udp')] });
const low = { '/proc/sys/net/ipv4/ip_unprivileged_port_start': '53\n' };
const mount = { source: '/srv/web', target: '/data', readOnly: false, options: [] };
const leftover = (id: string) => ({
  'container/web-12345678': {
    key: 'container/web-12345678',
    kind: 'container',
    slot: 'web/web',
    services: ['web'],
    owner: 'managed',
    state: { phase: 'leftover', id } as never,
    health: 'none',
    references: [],
    claims: [],
  } as const,
});

const cases: readonly Case[] = [
  {
    code: 'USER_NONE',
    also: ['SURVIVES_NOT'],
    name: 'no name',
    world: { files: passwd('') },
    says: /user id 850.*none/,
    isCheap: true,
  },
  {
    code: 'UID_SHARED',
    name: 'the seed of the outage: sshd took the id of the agent',
    world: { files: passwd('sshd:x:850:1::/:/bin/false\nops:x:850:850::/home/ops:/bin/sh\n') },
    says: /shared by sshd and ops; newuidmap goes by sshd.*refuses/,
    fix: /usermod -u FREE_ID sshd/,
    also: ['SUBID_NONE', 'LINGER_OFF', 'SURVIVES_NOT'],
    blocks: true,
    isCheap: true,
  },
  {
    code: 'UID_DECLARED',
    name: 'node.toml says another id',
    world: { known: { config: { ...config, uid: 995 } } },
    says: /995, by \/n\/node.toml.*850: what exists is not renumbered/,
    fix: /do not usermod: that destroys everything rootless podman has/,
    blocks: true,
    isCheap: true,
  },
  {
    code: 'UID_DECLARED',
    name: 'sysusers.d says another id',
    world: { files: { '/etc/sysusers.d/ops.conf': '# ours\nu ops 995 "operator" /home/ops\n' } },
    says: /995, by \/etc\/sysusers.d\/ops.conf/,
    isCheap: true,
  },
  {
    code: 'UID_DECLARED',
    name: 'NixOS was built with another id and left the user as it was',
    world: {
      files: {
        '/run/current-system/activate': 'perl update-users-groups.pl /nix/store/abc-users-groups.json\n',
        '/nix/store/abc-users-groups.json': '{"users":[{"name":"ops","uid":995},{"name":"alice","uid":1000}]}',
      },
    },
    says: /995, by users.users.ops.uid/,
    isCheap: true,
  },
  {
    code: 'UID_CHANGED',
    name: 'the user was renumbered',
    world: { known: notes({ uid: 995, user: 'ops' }) },
    says: /user id of ops.*995, as recorded.*850 \(ops\)/,
    fix: /never usermod -u a user with rootless containers/,
    blocks: true,
    isCheap: true,
  },
  {
    code: 'UID_CHANGED',
    name: 'somebody else runs it',
    world: { known: notes({ uid: 1000, user: 'alice' }) },
    says: /user id of alice/,
    fix: /sudo -iu alice/,
    blocks: true,
    isCheap: true,
  },
  {
    code: 'STATE_OWNER',
    name: 'state of another id',
    world: { files: { '/n/state': { kind: 'directory', mode: 0o700, uid: 995 } }, known: { config } },
    says: /owned by 995/,
    blocks: true,
    isCheap: true,
  },
  {
    code: 'SUBID_NONE',
    name: 'no ranges',
    world: { files: { '/etc/subuid': 'alice:100000:65536\n' } },
    says: /subuid of ops.*none/,
    fix: /--add-subuids 165536-231071 ops/,
    isCheap: true,
  },
  {
    code: 'SUBID_SHORT',
    name: 'a short range',
    world: { files: { '/etc/subgid': 'ops:100000:1000\n' } },
    says: /65536 ids.*1000/,
    isCheap: true,
  },
  {
    code: 'SUBID_OVERLAP',
    name: 'a shared range',
    world: { files: { '/etc/subuid': 'ops:100000:65536\nalice:150000:65536\n' } },
    says: /100000-165535 overlaps 150000-215535 of alice/,
    isCheap: true,
  },
  {
    code: 'SUBID_TAKEN',
    name: 'a real user inside',
    world: { files: passwd('ops:x:850:850::/h:/bin/sh\nldap:x:120000:1::/:/bin/sh\n') },
    says: /covers ldap \(120000\)/,
    isCheap: true,
  },
  {
    code: 'SUBID_CHANGED',
    name: 'other ranges than recorded',
    world: { known: notes({ uidMap: '0:850:1,1:200000:65536' }) },
    says: /200000:65536, as recorded.*100000:65536/,
    fix: /put ops:200000:65536 back/,
    isCheap: true,
  },
  {
    code: 'NEWUIDMAP_NONE',
    name: 'not installed',
    world: { files: { '/usr/bin/newuidmap': undefined } },
    says: /newuidmap.*nowhere/,
    fix: /apt-get install uidmap/,
    isCheap: true,
  },
  {
    code: 'NEWUIDMAP_PLAIN',
    name: 'no setuid',
    world: { files: { '/usr/bin/newgidmap': { mode: 0o755, uid: 0 } } },
    says: /newgidmap.*mode 0755/,
    fix: /chmod 4755/,
    isCheap: true,
  },
  {
    code: 'NO_NEW_PRIVILEGES',
    name: 'a strict unit',
    world: { files: { '/proc/self/status': 'NoNewPrivs:\t1\n' } },
    says: /NoNewPrivs is set/,
    isCheap: true,
  },
  {
    code: 'NAMESPACES_OFF',
    name: 'switched off',
    world: { files: { '/proc/sys/user/max_user_namespaces': '0\n' } },
    says: /user.max_user_namespaces/,
    fix: /sysctl --system/,
    isCheap: true,
  },
  {
    code: 'RUNTIME_DIR_NONE',
    name: 'not there',
    world: { files: { '/run/user/850': undefined } },
    says: /\/run\/user\/850.*not there/,
    isCheap: true,
  },
  {
    code: 'RUNTIME_DIR_OWNER',
    name: "another user's",
    world: { files: { '/run/user/850': { kind: 'directory', mode: 0o700, uid: 995 } } },
    says: /owned by 995/,
    fix: /XDG_RUNTIME_DIR=\/run\/user\/850/,
    blocks: true,
    isCheap: true,
  },
  {
    code: 'RUNTIME_DIR_MODE',
    name: 'open',
    world: { files: { '/run/user/850': { kind: 'directory', mode: 0o755, uid: 850 } } },
    says: /mode 0755/,
    fix: /^chmod 700 \/run\/user\/850$/,
    isCheap: true,
  },
  {
    code: 'LINGER_OFF',
    name: 'off',
    world: { files: { '/var/lib/systemd/linger/ops': undefined } },
    says: /containers end at logout/,
    fix: /^loginctl enable-linger ops$/,
    also: ['SURVIVES_NOT'],
    isCheap: true,
  },
  {
    code: 'PODMAN_NONE',
    name: 'not installed',
    world: { podman: 'missing' },
    says: /not there/,
    fix: /apt-get install podman/,
  },
  { code: 'PODMAN_OLD', name: 'too old', world: { podman: { stdout: info({ version: '3.4.4' }) } }, says: /3\.4\.4/ },
  {
    code: 'RUNTIME_BROKEN',
    name: 'a database cut short',
    world: { podman: { exitCode: 125, stderr: 'Error: file size too small' } },
    says: /file size too small/,
    fix: /reconcile recover/,
  },
  { code: 'RUNTIME_BROKEN', name: 'nonsense', world: { podman: { stdout: 'hello' } }, says: /wanted JSON/ },
  {
    code: 'RUNTIME_MISMATCH',
    name: 'the database names the runtime directory of the old id',
    world: {
      podman: { exitCode: 125, stderr: 'Error: creating events dirs: mkdir /run/user/995/libpod: permission denied' },
    },
    says: /\/run\/user\/995/,
  },
  {
    code: 'RUNTIME_MISMATCH',
    name: 'another storage',
    world: { known: notes(), podman: { stdout: info({ graphRoot: '/data/storage' }) } },
    says: /storage.*\.local\/share\/containers\/storage, as recorded.*\/data\/storage/,
  },
  {
    code: 'RUNTIME_STATE_LOST',
    name: 'a leftover of what the ledger knows',
    world: {
      known: { config, seen: seenOf({ resources: leftover('a'.repeat(64)) }, { 'web-12345678': 'a'.repeat(64) }) },
    },
    says: /has lost 1 of the 1 containers/,
    fix: /reconcile recover/,
  },
  {
    code: 'STORAGE_SLOW',
    name: 'vfs',
    world: {
      podman: { stdout: info({ driver: 'vfs' }) },
      files: { '/home/ops/.config/containers/storage.conf': '[storage]\ndriver = "vfs"\n' },
    },
    says: /vfs/,
  },
  {
    code: 'STORAGE_OVERRULED',
    name: 'the database wins',
    world: { files: { '/home/ops/.config/containers/storage.conf': '[storage]\ndriver = "btrfs"\n' } },
    says: /driver btrfs.*overlay: podman's database remembers it/,
  },
  {
    code: 'RESOLVER_NONE',
    name: 'none',
    world: { files: { '/etc/resolv.conf': '# nothing\n' } },
    says: /\/etc\/resolv.conf.*none/,
  },
  {
    code: 'RESOLVER_SINGLE',
    name: 'only our own',
    world: { files: { ...low, '/etc/resolv.conf': 'nameserver 192.0.2.10\n' }, known: { config, desired: dns } },
    says: /192.0.2.10: served by mcns\/mcns, which this node runs/,
    fix: /nameserver 9.9.9.9/,
    also: ['CLIENT_HIDDEN'],
  },
  {
    code: 'RESOLVER_SINGLE',
    name: 'only our own, behind the stub of systemd-resolved',
    world: {
      files: {
        ...low,
        '/etc/resolv.conf': 'nameserver 127.0.0.53\n',
        '/run/systemd/resolve/resolv.conf': 'nameserver 192.0.2.10\n',
      },
      known: { config, desired: dns },
    },
    says: /\/run\/systemd\/resolve\/resolv.conf.*served by mcns/,
    also: ['CLIENT_HIDDEN'],
  },
  {
    code: 'RESOLVER_SINGLE',
    name: 'our own and an overlay that forwards to it',
    world: {
      files: { ...low, '/etc/resolv.conf': 'nameserver 100.100.100.100\nnameserver 192.0.2.10\n' },
      known: { config, desired: dns },
    },
    says: /served by mcns/,
    also: ['CLIENT_HIDDEN'],
  },
  {
    code: 'RESOLVER_OVERLAY',
    name: 'only the overlay',
    world: { files: { ...low, '/etc/resolv.conf': 'nameserver 100.100.100.100\n' }, known: { config, desired: dns } },
    says: /may forward to mcns\/mcns, run by this node/,
    also: ['CLIENT_HIDDEN'],
  },
  {
    code: 'PORT_HELD',
    name: 'a wildcard 53 beside systemd-resolved',
    world: {
      files: low,
      listening: [{ protocol: 'udp', ip: '127.0.0.53', port: 53 }],
      known: { config, desired: desiredOf('mcns', { ports: [port('', 53, 'udp')] }), seen: seenOf({}) },
    },
    says: /held by systemd-resolved on 127.0.0.53:53/,
    fix: /this machine's own addresses/,
    also: ['CLIENT_HIDDEN'],
  },
  {
    code: 'PORT_HELD',
    name: 'port 53 of a resolver that runs',
    world: {
      files: { ...low, '/proc/300/comm': 'unbound\n' },
      listening: [{ protocol: 'tcp', ip: '0.0.0.0', port: 53 }],
      known: { config, desired: dns, seen: seenOf({}) },
    },
    says: /held by unbound on 0.0.0.0:53/,
    also: ['CLIENT_HIDDEN'],
  },
  {
    code: 'PORT_PRIVILEGED',
    name: 'below the limit',
    world: { known: { config, desired: dns } },
    says: /53\/tcp of mcns\/mcns.*ports below 1024 are root's/,
    fix: /sysctl net.ipv4.ip_unprivileged_port_start=53/,
    also: ['CLIENT_HIDDEN'],
  },
  {
    code: 'ADDRESS_ABSENT',
    name: 'an address that is not here',
    world: { known: { config: { ...config, addresses: [{ name: 'overlay', ip: '100.64.0.1' }] } } },
    says: /100.64.0.1.*\[addresses\] overlay/,
  },
  {
    code: 'ADDRESS_ABSENT',
    name: 'an IPv6 address that is not here',
    world: {
      known: { config: { ...config, api: { ...config.api, http: ['[2001:db8::2]:9777', '[2001:db8::1]:9778'] } } },
    },
    says: /2001:db8::2.*\[api\] http/,
  },
  {
    code: 'CLIENT_HIDDEN',
    name: 'a published port',
    world: { known: { config, desired: desiredOf('web', { ports: [port('192.0.2.10', 8080)] }) } },
    says: /web\/web.*gateway/,
    fix: /proxy_protocol/,
  },
  {
    code: 'DATA_NONE',
    name: 'no directory',
    world: { files: { '/srv/web': undefined }, known: { config, desired: desiredOf('web', { mounts: [mount] }) } },
    says: /\/srv\/web.*is its disk mounted/,
  },
  {
    code: 'DATA_CHANGED',
    name: 'held, because it is empty',
    world: { known: { config, seen: seenOf({}, {}, [dataHold]) } },
    says: /notes-data is empty.*held data before/,
    fix: /reconcile apply --confirm h123456$/,
  },
  {
    code: 'DATA_OWNER',
    name: "somebody else's",
    world: { known: { config, desired: desiredOf('web', { mounts: [mount], user: '0:0' }) } },
    says: /owned by 850, which is user 0.*owned by 100999, user 1000 in the container/,
    fix: /^podman unshare chown -R 0:0 \/srv\/web$/,
  },
  {
    code: 'DISK_FULL',
    name: 'full',
    world: { space: { '/n/state': { freeBytes: 1000 } }, known: { config } },
    says: /\/n\/state.*0 MiB free/,
    isCheap: true,
  },
  {
    code: 'DISK_LOW',
    name: 'nearly full',
    world: { space: { '/n/state': { freeBytes: 5 * 2 ** 30 } }, known: { config } },
    says: /5120 MiB free of 102400 MiB/,
    isCheap: true,
  },
  {
    code: 'INODES_LOW',
    name: 'few inodes',
    world: { space: { '/n/state': { freeInodes: 10 } }, known: { config } },
    says: /10 of 2000000 left/,
    isCheap: true,
  },
  {
    code: 'CLOCK_BEHIND',
    name: 'before what was written',
    world: { known: { lastWrittenAt: now + 3_600_000 } },
    says: /after 2026-11-21T13:00:00.000Z/,
  },
  { code: 'CLOCK_UNKEPT', name: 'no keeper', world: { files: { '/proc/200/comm': 'cron\n' } }, says: /by nobody/ },
  {
    code: 'MODE_WIDE',
    name: 'node.toml open',
    world: { files: { '/n/node.toml': { mode: 0o644 } }, known: { config } },
    says: /node.toml.*mode 0644/,
    fix: /^chmod 600 \/n\/node.toml$/,
  },
  {
    code: 'MODE_WIDE',
    name: 'a secret open',
    world: {
      files: { '/n/state/secrets': { kind: 'directory', mode: 0o700 }, '/n/state/secrets/token': { mode: 0o640 } },
      known: { config },
    },
    says: /secrets\/token.*mode 0640/,
  },
  {
    code: 'SOCKET_MODE',
    name: 'closed to ourselves',
    world: { files: { '/n/state/api.sock': { kind: 'socket', mode: 0o000 } }, known: { config } },
    says: /api.sock.*mode 0000/,
  },
  {
    code: 'SOCKET_MODE',
    name: 'open to all',
    world: {
      files: {
        '/n/state/haproxy': { kind: 'directory', mode: 0o700 },
        '/n/state/haproxy/runtime.sock': { kind: 'socket', mode: 0o666 },
      },
      known: { config },
    },
    says: /wanted mode 0600|mode 0666/,
    fix: /chmod 600/,
  },
  {
    code: 'CERTIFICATE_ENDS',
    name: 'ended',
    world: {
      now: Date.parse('2027-06-01T00:00:00Z'),
      files: {
        '/n/state/certificates/web.pem': {
          text: readFileSync(new URL('ended.fixture.pem', import.meta.url), 'utf8'),
          mode: 0o600,
        },
      },
      known: { config },
    },
    says: /web.example.net.*ended \d+ d ago/,
  },
  {
    code: 'TOKEN_ENDS',
    name: 'ends soon',
    world: {
      known: {
        tokens: [
          { name: 'ci', endsAt: now + 10 * 86_400_000 },
          { name: 'far', endsAt: now + 300 * 86_400_000 },
        ],
      },
    },
    says: /token ci.*10 d left/,
  },
  {
    code: 'SURVIVES_NOT',
    name: 'nothing starts it',
    world: { files: { '/home/ops/.config/systemd/user/default.target.wants/reconcile.service': undefined } },
    says: /no, because no unit/,
    fix: /^reconcile install$/,
  },
  {
    code: 'DRILL_LEFT',
    name: 'killed, and its process is gone',
    world: {
      files: {
        '/n/state/drill/0123456789ab': dir(),
        '/n/state/drill/0123456789ab/owner.json': JSON.stringify({
          pid: 99_999,
          startTicks: 1,
          bootId: 'another',
          run: '/run/user/850/reconcile/drill-0123456789ab',
        }),
      },
      known: { config },
    },
    says: /\/n\/state\/drill\/0123456789ab.*drill 0123456789ab was killed/s,
    fix: /^reconcile recover --drill$/,
  },
  {
    code: 'RESTART_UNIT',
    name: 'enabled',
    world: {
      files: { '/home/ops/.config/systemd/user/default.target.wants/podman-restart.service': { kind: 'symlink' } },
    },
    says: /boot stages are ours/,
    fix: /^systemctl --user disable podman-restart.service$/,
  },
  {
    code: 'SOURCE_TROUBLE',
    name: 'an invalid commit',
    world: {
      known: {
        config,
        loaded: {
          trouble: { code: 'Invalid', message: 'commit 1234567 has 1 error', hint: 'reconcile validate' },
          diagnostics: [],
          warnings: [],
        } as never,
      },
    },
    says: /Invalid: commit 1234567/,
    fix: /reconcile validate/,
  },
  {
    code: 'SOURCE_ASIDE',
    name: 'ignored by git',
    world: {
      known: {
        config,
        loaded: {
          trouble: undefined,
          diagnostics: [],
          warnings: [{ code: 'Ignored', path: 'services/mcq/app.toml', message: 'ignored by git' }],
        } as never,
      },
    },
    says: /services\/mcq\/app.toml.*ignored by git/,
    fix: /check-ignore -v/,
  },
  {
    code: 'FLEET_DISAGREES',
    name: 'an address fleet.toml does not share',
    world: {
      known: {
        config,
        loaded: {
          trouble: undefined,
          warnings: [],
          diagnostics: [
            {
              severity: 'warning',
              code: 'Placement',
              file: 'fleet.toml',
              line: 0,
              column: 0,
              path: '',
              message: 'address 192.0.2.1 is none of node.toml',
            },
          ],
        } as never,
      },
    },
    says: /address 192.0.2.1/,
  },
];

const everything = async (world: Partial<Recorded>): Promise<Finding[]> =>
  (await diagnose(await examined(world))).flatMap(({ findings: found }) => found);

test('a healthy machine: nothing but that it survives', async () => {
  expect((await everything({})).map(({ code }) => code)).toEqual(['SURVIVES']);
  expect((await everything({ known: { config, ...notes() } })).map(({ code }) => code)).toEqual(['SURVIVES']);
});

describe('one thing wrong, one finding', () => {
  test.each(cases.map((each) => [each.code, each.name, each] as const))(
    '%s: %s',
    async (code, _name, { also = [], blocks, fix, isCheap, says, world }) => {
      const found = await everything(world);
      const codes = found.map((each) => each.code).filter((each) => each !== 'SURVIVES');
      expect(new Set(codes)).toEqual(new Set([code, ...also]));
      const own = found.filter((each) => each.code === code);
      const text = own.map(({ actual, wanted, what }) => `${what} wanted ${wanted} ${actual}`).join('\n');
      expect(text).toMatch(new RegExp(says.source, 's'));
      for (const one of own) expect(one.fix).not.toBe('');
      if (fix !== undefined) expect(own.map((one) => one.fix).join('\n')).toMatch(fix);
      expect(own.some((one) => one.blocks === true)).toBe(blocks === true);
      const cheap = await cheapFindings(await examined({ ...world, podman: 'missing' }));
      expect(cheap.some((each) => each.code === code)).toBe(isCheap === true);
    },
  );
});

test('every finding of the catalogue has a case', () => {
  const tried = new Set<string>([...cases.map(({ code }) => code), 'SURVIVES', 'NOT_CHECKED']);
  expect(Object.keys(findings).filter((code) => !tried.has(code))).toEqual([]);
});

test('a family that cannot look says so, and the others go on', async () => {
  const of = await examined({});
  const host = {
    ...of.host,
    files: {
      ...of.host.files,
      space: async () => Promise.reject(new Error('the disk is gone')),
      list: async () => Promise.reject(new Error('no lists')),
    },
  };
  const found = (await diagnose({ ...of, host })).flatMap((each) => each.findings);
  expect(found).toContainEqual(expect.objectContaining({ code: 'NOT_CHECKED', actual: 'no lists' }));
  expect(found.map(({ code }) => code)).toContain('NOT_CHECKED');
});

test('root, an edge without containers, and a machine without anything', async () => {
  const root = await everything({ uid: 0 });
  expect(root.map(({ code }) => code).filter((code) => code.startsWith('SUBID') || code.startsWith('LINGER'))).toEqual(
    [],
  );
  const edge = { ...config, drivers: { ...config.drivers, containers: 'none' as const } };
  expect((await everything({ known: { config: edge }, podman: 'missing' })).map(({ code }) => code)).toEqual([
    'SURVIVES',
  ]);
  const bare = Object.fromEntries(Object.keys(healthy.files).map((path) => [path, undefined]));
  expect((await everything({ files: bare, podman: 'missing' })).length).toBeGreaterThan(3);
});

test('ids inside and outside follow the real map', async () => {
  const of = await examined({ files: { '/etc/subuid': 'ops:100000:10\nops:300000:65536\n' } });
  expect([0, 1, 10, 11, 1000, 70_000].map((id) => hostUid(of, id))).toEqual([
    850,
    100_000,
    100_009,
    300_000,
    300_989,
    undefined,
  ]);
});

test('the page names every finding with its meaning', () => {
  const page = readFileSync(new URL('../../../specs/doctor.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (.+) \|$/gm)].map(([, code, says]) => [code, says]);
  expect(rows).toEqual(Object.entries(findings));
});
