import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeFacts } from './facts.ts';
import { readNodeConfig } from './read.ts';

const read = (text: string) =>
  readNodeConfig(new TextEncoder().encode(text), { path: '/etc/reconcile/node.toml', home: '/home/ops' });

const least = 'node = "rift"\n[source]\ntype = "git"\npath = "~/fleet"\n';

test('the least there can be, with every default', async () => {
  const { config, diagnostics } = await read(least);
  expect(diagnostics).toEqual([]);
  expect(config).toMatchObject({
    path: '/etc/reconcile/node.toml',
    node: 'rift',
    stateDir: '/home/ops/.local/state/reconcile',
    workspace: null,
    addresses: [],
    source: { type: 'git', path: '/home/ops/fleet', branch: 'main', subdir: '', remote: '', pollMs: 30_000 },
    drivers: { containers: 'podman', proxy: 'haproxy' },
    listeners: {},
    policy: { mounts: [], images: ['*'], flags: [], blast: { services: 1, percent: 25 } },
    api: { unix: '/home/ops/.local/state/reconcile/api.sock', socketGroup: '', http: [], grpc: [] },
    secretsDir: '/home/ops/.local/state/reconcile/secrets',
  });
  expect(config?.driverTable('haproxy')).toBeUndefined();
});

test('all of it', async () => {
  const { config, diagnostics } = await read(`
node = "rift"
state_dir = "state"
workspace = "/srv/src/"
[addresses]
overlay = "100.64.0.1"
lan = "192.0.2.10"
six = "2001:db8::1"
[source]
type = "directory"
path = "/srv/fleet"
poll = "1m30s"
webhook_secret_file = "hook.secret"
[drivers]
containers = "none"
proxy = "none"
[drivers.haproxy]
managed = false
[drivers.rfc2136."example.com"]
server = "192.0.2.53"
[listeners]
443 = ["127.0.0.1:8443", "[::1]:8443"]
80 = ["127.0.0.1:8081"]
8080 = { bind = ["127.0.0.1:8080"], tls = false }
[policy]
mounts = ["/srv/", "/var/lib/../data"]
images = ["registry.example.net/*"]
flags = ["host-network"]
blast = { services = 2, percent = 50 }
[api]
unix = "/run/reconcile/api.sock"
socket_group = "ops"
http = ["127.0.0.1:9777"]
grpc = ["[::1]:9778"]
[api.tls]
cert_file = "api.pem"
key_file = "~/api.key"
client_ca_file = "/srv/clients.pem"
[[api.tls.clients]]
name = "laptop.example.net"
role = "user"
services = ["web"]
[secrets]
dir = "~/secrets"
[notify]
webhook = "https://ntfy.example.net/rift"
template = '{"text": "{{text}}"}'
heartbeat_url = "http://127.0.0.1:9/beat"
`);
  expect(diagnostics).toEqual([]);
  expect(config).toMatchObject({
    stateDir: '/etc/reconcile/state',
    workspace: '/srv/src',
    addresses: [
      { name: 'overlay', ip: '100.64.0.1' },
      { name: 'lan', ip: '192.0.2.10' },
      { name: 'six', ip: '2001:db8::1' },
    ],
    source: { type: 'directory', path: '/srv/fleet', pollMs: 90_000, webhookSecretFile: '/etc/reconcile/hook.secret' },
    drivers: { containers: 'none', proxy: 'none' },
    listeners: {
      443: { bind: ['127.0.0.1:8443', '[::1]:8443'], tls: true },
      80: { bind: ['127.0.0.1:8081'], tls: false },
      8080: { bind: ['127.0.0.1:8080'], tls: false },
    },
    policy: {
      mounts: ['/srv', '/var/data'],
      images: ['registry.example.net/*'],
      flags: ['host-network'],
      blast: { services: 2, percent: 50 },
    },
    api: {
      unix: '/run/reconcile/api.sock',
      socketGroup: 'ops',
      http: ['127.0.0.1:9777'],
      grpc: ['[::1]:9778'],
      tls: {
        certFile: '/etc/reconcile/api.pem',
        keyFile: '/home/ops/api.key',
        clientCaFile: '/srv/clients.pem',
        clients: [{ name: 'laptop.example.net', role: 'user', services: ['web'] }],
      },
    },
    secretsDir: '/home/ops/secrets',
    notify: {
      webhook: 'https://ntfy.example.net/rift',
      template: '{"text": "{{text}}"}',
      heartbeatUrl: 'http://127.0.0.1:9/beat',
    },
  });
  expect(config?.driverTable('haproxy')).toEqual({ managed: false });
  expect(config?.driverTable('rfc2136')).toEqual({ 'example.com': { server: '192.0.2.53' } });
  if (config === undefined) throw new TypeError('no configuration');
  expect(nodeFacts(config)).toMatchObject({
    node: 'rift',
    addresses: config.addresses,
    listeners: config.listeners,
    workspace: '/srv/src',
    policy: config.policy,
  });
});

describe('mistakes are named with their place and the way out', () => {
  const cases: [name: string, text: string, place: string, message: RegExp, hint?: RegExp][] = [
    ['nothing at all', '', '1:1 node', /`node` is missing/],
    ['no source', 'node = "a"', '1:1 source', /`\[source\]` is missing/, /type = "git"/],
    [
      'a template that names nothing',
      `${least}[notify]\ntemplate = "{{titel}}"\n`,
      '6:12 notify.template',
      /expected one of id, .* found titel/,
    ],
    ['no address to tell', `${least}[notify]\nwebhook = "ntfy"\n`, '6:11 notify.webhook', /expected an address/],
    ['not TOML', 'node = ', '1:8 ', /./],
    ['a bad name', least.replace('rift', 'ri ft'), '1:8 node', /a machine's name, found "ri ft"/],
    ['a misspelt key', `stat_dir = "x"\n${least}`, '1:1 stat_dir', /no key `stat_dir`/, /state_dir/],
    [
      'a key in the wrong table',
      `${least}mounts = ["/srv"]`,
      '5:1 source.mounts',
      /belong in \[source\]: it is a key of \[policy\]/,
      /below \[policy\]/,
    ],
    ['a table nobody knows', `${least}[polcy]`, '5:1 polcy', /no key `polcy`/, /policy/],
    ['a source of another kind', least.replace('git', 'svn'), '3:8 source.type', /"git" or "directory", found "svn"/],
    ['a source without a path', 'node = "a"\n[source]\ntype = "git"', '2:1 source.path', /`path` is missing/],
    [
      'git keys for a directory',
      `${least.replace('git', 'directory')}branch = "main"`,
      '5:1 source.branch',
      /only with type = "git"/,
    ],
    ['a branch that is an option', `${least}branch = "--upload-pack=x"`, '5:10 source.branch', /name of a branch/],
    ['a remote that is an option', `${least}remote = "-x"`, '5:10 source.remote', /name or URL/],
    ['a subdir that leads out', `${least}subdir = "../x"`, '5:10 source.subdir', /directory of the repository/],
    ['a poll without a unit', `${least}poll = "30"`, '5:8 source.poll', /duration with its unit/],
    ['a poll that never rests', `${least}poll = "10ms"`, '5:8 source.poll', /1s to 20d/],
    ['an unknown driver', `${least}[drivers]\nproxy = "nginx"`, '6:9 drivers.proxy', /or "none", found "nginx"/],
    [
      'a misspelt driver table',
      `${least}[drivers.haprxy]`,
      '5:1 drivers.haprxy',
      /no driver "haprxy"/,
      /\[drivers\.haproxy\]/,
    ],
    ['a misspelt role', `${least}[drivers]\nproxi = "haproxy"`, '6:1 drivers.proxi', /no key `proxi`/, /proxy/],
    ['an address that is a name', `${least}[addresses]\nlan = "rift"`, '6:7 addresses.lan', /IP address, found "rift"/],
    ['an address that is a number', `${least}[addresses]\n1 = "192.0.2.1"`, '6:1 addresses.1', /begins with a letter/],
    [
      'a listener that is no port',
      `${least}[listeners]\nhttps = ["127.0.0.1:1"]`,
      '6:1 listeners.https',
      /a route's port/,
    ],
    [
      'a listener out of range',
      `${least}[listeners]\n70000 = ["127.0.0.1:1"]`,
      '6:1 listeners.70000',
      /a route's port/,
    ],
    [
      'a bind without a port',
      `${least}[listeners]\n443 = ["127.0.0.1"]`,
      '6:8 listeners.443[0]',
      /address and a port/,
      /127\.0\.0\.1:8443/,
    ],
    [
      'a bind to a name',
      `${least}[listeners]\n443 = { bind = ["localhost:1"] }`,
      '6:17 listeners.443.bind[0]',
      /address and a port/,
    ],
    ['a listener without a bind', `${least}[listeners]\n443 = []`, '6:7 listeners.443', /at least 1 element/],
    [
      'two listeners on one bind',
      `${least}[listeners]\n80 = ["0.0.0.0:81"]\n443 = ["127.0.0.1:81"]`,
      '7:8 listeners.443[0]',
      /bound by listener 80/,
    ],
    [
      'a misspelt key of a listener',
      `${least}[listeners]\n443 = { binds = ["127.0.0.1:1"] }`,
      '6:9 listeners.443.binds',
      /binds/,
    ],
    [
      'a mount that is relative',
      `${least}[policy]\nmounts = ["srv"]`,
      '6:11 policy.mounts[0]',
      /absolute path, found "srv"/,
    ],
    ['a flag nobody knows', `${least}[policy]\nflags = ["root"]`, '6:10 policy.flags[0]', /"privileged".*found "root"/],
    [
      'a blast over everything',
      `${least}[policy]\nblast = { percent = 101 }`,
      '6:21 policy.blast.percent',
      /at most 100/,
    ],
    ['an API on a name', `${least}[api]\nhttp = ["localhost:9777"]`, '6:9 api.http[0]', /address and a port/],
    ['a group that is an option', `${least}[api]\nsocket_group = "-x"`, '6:16 api.socket_group', /name of a group/],
    [
      'a table that is a value',
      `${least.replace('[source]', 'policy = 3\n[source]')}`,
      '2:10 policy',
      /a table, found 3/,
    ],
    ['listeners that are a list', `listeners = []\n${least}`, '1:13 listeners', /a table \[listeners\], found a list/],
    ["a later release's table", `${least}[fleet]\nmaster = "https://example.net"`, '5:1 fleet', /no key `fleet`/],
  ];

  test.each(cases)('%s', async (_name, ...[text, place, message, hint]) => {
    const { config, diagnostics } = await read(text);
    expect(config).toBeUndefined();
    const found = diagnostics.map(({ line, column, path }) => `${line}:${column} ${path}`);
    expect(found).toContain(place);
    const problem = diagnostics[found.indexOf(place)];
    expect(problem?.message).toMatch(message);
    if (hint !== undefined) expect(problem?.hint).toMatch(hint);
  });

  test('all at once, in the order of the file', async () => {
    const { diagnostics } = await read(
      'nod = "x"\n[source]\ntype = "gti"\n[policy]\nflags = ["a"]\n[api]\nhttp = [1]\n',
    );
    expect(diagnostics.map(({ line }) => line)).toEqual([...diagnostics.map(({ line }) => line)].sort((a, b) => a - b));
    expect(diagnostics.map(({ path }) => path)).toEqual([
      'nod',
      'node',
      'source.path',
      'source.type',
      'policy.flags[0]',
      'api.http[0]',
    ]);
  });
});

const examples = fileURLToPath(new URL('../../../examples/', import.meta.url));
const nodeFiles = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /node\.toml[^/]*$/.test(name),
);

test.each(nodeFiles)('examples/%s is right', async (name) => {
  expect((await read(readFileSync(join(examples, name), 'utf8'))).diagnostics).toEqual([]);
});

test('any bytes are an answer', async () => {
  const toml = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc
      .string({ unit: fc.constantFrom(...'[]{}="\'.,#\n \\ab0:'), maxLength: 60 })
      .map((text) => new TextEncoder().encode(text)),
    fc.nat(least.length).map((end) => new TextEncoder().encode(least.slice(0, end))),
  );
  await fc.assert(
    fc.asyncProperty(toml, async (bytes) => {
      const { config, diagnostics } = await readNodeConfig(bytes, { path: '/n.toml', home: '/' });
      expect(config === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
    }),
  );
  expect(Object.keys(Object.prototype)).toEqual([]);
});
