import type { ListenerSpec } from '@reconcile/core/kinds/listener';
import { type RouteSpec, routeDefaults } from '@reconcile/core/kinds/route';
import { describe, expect, test } from 'vitest';
import {
  compiled,
  compileFiles,
  filesOf,
  keysOf,
  nodeFacts,
  plainFleet,
  referencesOf,
  resource,
} from '../snapshot.fixture.ts';

const service = (more: string, name = 'web') =>
  `name = "${name}"\nnode = "rift"\nimage = "docker.io/example/web:1"\n${more}`;
const zones =
  '[[zones]]\nzone = "svc.example.net"\ndriver = "hosts"\naddress = "lan"\n[[zones]]\nzone = "example.com"\ndriver = "rfc2136"\n[[zones]]\nzone = "in.example.com"\ndriver = "rfc2136"\nissuer = "cert-files"\n[[zones]]\nzone = "example.org"\ndriver = "none"\n';

describe('a route', () => {
  test('by default: 443, l7, <service>.<zone>, a certificate of the internal CA', async () => {
    const { desired } = await compiled({ web: service('[[routes]]\n') });
    const route = resource<RouteSpec>(desired, 'route/443/web.svc.example.net');
    expect(route.spec).toEqual({
      ...routeDefaults,
      holdMs: 180_000,
      hostname: 'web.svc.example.net',
      certificate: 'web.svc.example.net',
      backends: [{ slot: 'web/web', route: '' }],
    });
    expect(route).toMatchObject({ slot: route.key, services: ['web'] });
    expect(referencesOf(route)).toEqual(['listener/443', '@web/web', 'certificate/web.svc.example.net']);
    expect(resource(desired, 'certificate/web.svc.example.net').spec).toEqual({
      hostname: 'web.svc.example.net',
      issuer: 'internal-ca',
      zone: 'svc.example.net',
    });
    expect(resource(desired, 'listener/443')).toMatchObject({
      spec: { port: 443, binds: ['[::]:443'], tls: true },
      claims: [{ scope: 'node', kind: 'port', value: 'tcp/::/443' }],
    });
    expect(keysOf(desired, 'record')).toEqual([]);
  });

  test('all that can be said', async () => {
    const { desired } = await compiled({
      web: service(
        '[update]\ndeadline = "30s"\n[[routes]]\nname = "api"\nport = 8443\nhostname = "X.example.com"\npath = "/api/"\nbackend_tls = { verify = true }\nproxy_protocol = true\nrate_limit = 5\nallow = ["192.0.2.0/24"]\ndeny = ["192.0.2.1"]\nheaders = { X-A = "b" }\n',
      ),
    });
    expect(resource(desired, 'route/8443/x.example.com/api').spec).toEqual({
      listener: 8443,
      wildcard: '',
      hostname: 'x.example.com',
      path: '/api',
      mode: 'l7',
      tls: true,
      certificate: 'x.example.com',
      redirectFrom: 0,
      h2c: false,
      backends: [{ slot: 'web/web', route: 'api' }],
      remote: null,
      backendTls: { verify: true, serverName: 'x.example.com' },
      proxyProtocol: true,
      rateLimit: 5,
      allow: ['192.0.2.0/24'],
      deny: ['192.0.2.1'],
      headers: { 'X-A': 'b' },
      holdMs: 90_000,
    });
  });

  test('requests are not held where that was not wanted', async () => {
    const { desired } = await compiled({ web: service('[update]\nhold_requests = false\n[[routes]]\n') });
    expect(resource(desired, 'route/443/web.svc.example.net').spec).toMatchObject({ holdMs: 0 });
  });

  test('l4 has no certificate, plain listeners neither', async () => {
    const node = nodeFacts({ listeners: { 8080: { bind: ['127.0.0.1:8080', '192.0.2.1:8080'], tls: false } } });
    const { desired } = await compiled(
      {
        web: service(
          '[[routes]]\nname = "a"\nmode = "l4"\n[[routes]]\nname = "b"\nport = 8080\n[[routes]]\nname = "c"\nport = 80\n',
        ),
      },
      { node },
    );
    expect(keysOf(desired, 'certificate')).toEqual([]);
    expect(resource(desired, 'listener/8080')).toMatchObject({
      spec: { binds: ['127.0.0.1:8080', '192.0.2.1:8080'], tls: false },
      claims: [{ value: 'tcp/127.0.0.1/8080' }, { value: 'tcp/192.0.2.1/8080' }],
    });
    expect(resource(desired, 'listener/80').spec).toMatchObject({ tls: false });
    expect(referencesOf(resource(desired, 'route/8080/web.svc.example.net'))).toEqual(['listener/8080', '@web/web']);
  });
});

describe('names', () => {
  const at = async (hostname: string, node = nodeFacts()) => {
    const { desired, diagnostics } = await compiled(
      {
        'fleet.toml': plainFleet + zones,
        web: service(
          `[[routes]]\nhostname = "${hostname}"\n[[routes]]\nname = "g"\nmode = "l4"\nport = 9443\nhostname = "${hostname}"\n`,
        ),
      },
      { node },
    );
    const [record] = keysOf(desired, 'record').map((key) => resource(desired, key));
    return {
      record,
      issuer: (resource(desired, `certificate/${hostname}`).spec as { issuer: string }).issuer,
      diagnostics,
    };
  };
  test('the address that the zone names, after all routes of the name', async () => {
    const { record, issuer } = await at('web.svc.example.net');
    expect(record).toMatchObject({
      key: 'record/A/web.svc.example.net',
      spec: {
        type: 'A',
        hostname: 'web.svc.example.net',
        zone: 'svc.example.net',
        value: '198.51.100.1',
        routes: ['route/443/web.svc.example.net', 'route/9443/web.svc.example.net'],
      },
      references: [
        { key: 'route/443/web.svc.example.net', hard: true },
        { key: 'route/9443/web.svc.example.net', hard: true },
      ],
    });
    expect(issuer).toBe('internal-ca');
  });
  test('public names: acme, the advertised address; the longest zone wins', async () => {
    expect(await at('web.example.com')).toMatchObject({
      record: { spec: { value: '192.0.2.1', zone: 'example.com' } },
      issuer: 'acme',
    });
    expect(await at('web.in.example.com')).toMatchObject({
      record: { spec: { zone: 'in.example.com' } },
      issuer: 'cert-files',
    });
  });
  test('no record in a zone that is yours, in no zone, or half-way into a label', async () => {
    for (const name of ['www.example.org', 'www.example.edu', 'www.notexample.com'])
      expect((await at(name)).record).toBeUndefined();
  });
  test('an IPv6 address makes an AAAA', async () => {
    const node = nodeFacts({ addresses: [{ name: 'lan', ip: '2001:db8::1' }] });
    expect((await at('web.svc.example.net', node)).record).toMatchObject({ key: 'record/AAAA/web.svc.example.net' });
  });
  test('a node without that address says so, once', async () => {
    const { record, diagnostics } = await at('web.svc.example.net', nodeFacts({ addresses: [] }));
    expect(record).toBeUndefined();
    expect(diagnostics.map((each) => each.path)).toEqual(['zones."svc.example.net".address']);
  });
});

describe('a zone that asks for a wildcard', () => {
  const text = (wildcard: boolean) =>
    `${plainFleet}[[zones]]\nzone = "example.com"\ndriver = "rfc2136"\nwildcard = ${wildcard}\n[[zones]]\nzone = "in.example.com"\ndriver = "none"\nissuer = "cert-files"\n`;
  const at = async (hostnames: readonly string[], wildcard = true) => {
    const routes = hostnames.map((name, n) => `[[routes]]\nname = "r${n}"\nhostname = "${name}"\n`).join('');
    const node = nodeFacts({ listeners: { 80: { bind: ['127.0.0.1:8080'], tls: false } } });
    const files = {
      'fleet.toml': text(wildcard),
      web: service(routes),
      api: service('[[routes]]\nhostname = "api.example.com"\n', 'api'),
    };
    const { desired } = await compiled(files, { node });
    return desired;
  };
  const names = ['www.example.com', 'a.b.example.com', 'x.in.example.com', 'in.example.com', 'web.svc.example.net'];

  test('one certificate for its names one label below; deeper ones, and other zones, as ever', async () => {
    const desired = await at(names);
    expect(keysOf(desired, 'certificate')).toEqual([
      'certificate/*.example.com',
      'certificate/a.b.example.com',
      'certificate/in.example.com',
      'certificate/web.svc.example.net',
      'certificate/x.in.example.com',
    ]);
    expect(resource(desired, 'certificate/*.example.com')).toMatchObject({
      spec: { hostname: '*.example.com', issuer: 'acme', zone: 'example.com' },
      services: ['api', 'web'],
      // Nobody is asked over HTTP.
      references: [],
    });
    expect(referencesOf(resource(desired, 'route/443/www.example.com'))).toContain('certificate/*.example.com');
    expect(resource(desired, 'route/443/www.example.com').spec).toMatchObject({
      certificate: 'www.example.com',
      wildcard: '*.example.com',
    });
    expect(keysOf(desired, 'record')).toContain('record/A/www.example.com');
  });

  test('its domain is in it where it is served', async () => {
    const spec = async (hostnames: readonly string[]) =>
      resource(await at(hostnames), 'certificate/*.example.com').spec;
    expect(await spec(['example.com'])).toMatchObject({ withApex: true });
    expect(await spec(['www.example.com'])).not.toHaveProperty('withApex');
  });

  test('unasked there is none', async () => {
    expect(keysOf(await at(['www.example.com', 'example.com'], false), 'certificate')).toEqual([
      'certificate/api.example.com',
      'certificate/example.com',
      'certificate/www.example.com',
    ]);
  });

  test('an edge and the worker behind it, each in its own zone', async () => {
    const fleet = `${plainFleet}[[zones]]\nzone = "svc.example.net"\ndriver = "hosts"\nwildcard = true\n[[zones]]\nzone = "example.com"\ndriver = "rfc2136"\nwildcard = true\n[nodes.rift]\naddress = "192.0.2.1"\n[nodes.svc]\nrole = "edge"\n`;
    const files = {
      'fleet.toml': fleet,
      'ca/rift.pem': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
      web: service('[[routes]]\nhostname = "www.example.com"\npublic = true\n'),
    };
    const worker = (await compiled(files)).desired;
    expect(keysOf(worker, 'certificate')).toEqual(['certificate/*.svc.example.net']);
    for (const key of keysOf(worker, 'route'))
      expect(resource(worker, key).spec).toMatchObject({
        certificate: 'web.svc.example.net',
        wildcard: '*.svc.example.net',
      });
    const edge = (await compiled(files, { node: nodeFacts({ node: 'svc' }) })).desired;
    expect(keysOf(edge, 'certificate')).toEqual(['certificate/*.example.com']);
  });
});

describe('what the node and the program add', () => {
  const specOf = async (text: string, listeners: NonNullable<Parameters<typeof nodeFacts>[0]>['listeners'] = {}) => {
    const { desired } = await compiled({ web: service(text) }, { node: nodeFacts({ listeners }) });
    return { desired, spec: resource<RouteSpec>(desired, 'route/443/web.svc.example.net').spec };
  };

  test('a redirect from 80, where node.toml listens there', async () => {
    const { desired, spec } = await specOf('[[routes]]\n', { 80: { bind: ['127.0.0.1:8080'], tls: false } });
    expect(spec.redirectFrom).toBe(80);
    expect(keysOf(desired, 'listener')).toEqual(['listener/443', 'listener/80']);
    expect((await specOf('[[routes]]\n')).spec.redirectFrom).toBe(0);
  });

  test('HTTP/2 in the clear for programs that answer gRPC health', async () => {
    expect((await specOf('[health]\ntype = "grpc"\n[[routes]]\n')).spec.h2c).toBe(true);
    expect((await specOf('[health]\ntype = "grpc"\n[[routes]]\nbackend_tls = true\n')).spec.h2c).toBe(false);
    expect((await specOf('[health]\ntype = "http"\n[[routes]]\n')).spec.h2c).toBe(false);
  });
});

describe('public = true', () => {
  const open =
    '[[routes]]\nname = "api"\nhostname = "web.example.com"\npublic = true\nrate_limit = 5\ndeny = ["192.0.2.66"]\nheaders = { X-A = "b" }\n';
  const edged = {
    'fleet.toml': `${plainFleet}${zones}[nodes.rift]\naddress = "192.0.2.1"\nlisten = { 443 = 8443 }\n[nodes.svc]\nrole = "edge"\naddress = "192.0.2.99"\n`,
  };
  const edge = nodeFacts({ node: 'svc', addresses: [{ name: 'world', ip: '192.0.2.99' }] });
  const pem = (body: string) => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
  const root = { 'ca/rift.pem': pem('AAAA') };

  test('without an edge in the fleet it changes nothing', async () => {
    const { desired } = await compiled({ web: service(open) });
    const plain = await compiled({ web: service(open.replace('public = true\n', '')) });
    expect(desired).toEqual(plain.desired);
  });

  test('worker: the public name behind the certificate of the internal one, and the internal name itself', async () => {
    const { desired } = await compiled(
      { ...edged, web: service(open) },
      { node: nodeFacts({ listeners: { 443: { bind: ['192.0.2.1:8443'], tls: true } } }) },
    );
    expect(keysOf(desired, 'certificate')).toEqual(['certificate/web.svc.example.net']);
    expect(keysOf(desired, 'record')).toEqual(['record/A/web.svc.example.net']);
    expect(resource<ListenerSpec>(desired, 'listener/443').spec.edges).toEqual(['192.0.2.99']);
    expect(referencesOf(resource(desired, 'route/443/web.example.com'))).toEqual(
      ['listener/443', '@web/api', 'certificate/web.svc.example.net'].map((ref) => ref.replace('@web/api', '@web/web')),
    );
    expect(referencesOf(resource(desired, 'route/443/web.svc.example.net'))).toEqual([
      'listener/443',
      '@web/web',
      'certificate/web.svc.example.net',
    ]);
  });

  test('worker: what the service says itself about its internal name holds', async () => {
    const { desired } = await compiled({ ...edged, web: `${service(open)}[[routes]]\ncontainer_port = 81\n` });
    expect(resource<RouteSpec>(desired, 'route/443/web.svc.example.net').spec.backends).toEqual([
      { slot: 'web/web', route: '' },
    ]);
  });

  test('edge: dials the worker by its internal name, trusting its root alone', async () => {
    const { desired } = await compiled({ ...edged, ...root, web: service(open) }, { node: edge });
    expect(Object.keys(desired.resources).sort()).toEqual([
      'certificate/web.example.com',
      'listener/443',
      'record/A/web.example.com',
      'route/443/web.example.com',
    ]);
    expect(resource(desired, 'route/443/web.example.com').spec).toEqual({
      ...routeDefaults,
      hostname: 'web.example.com',
      certificate: 'web.example.com',
      remote: {
        address: '192.0.2.1',
        port: 8443,
        serverName: 'web.svc.example.net',
        ca: expect.stringMatching(/^ca\/rift-[0-9a-f]{16}\.pem$/),
      },
      proxyProtocol: true,
      holdMs: 10_000,
      rateLimit: 5,
      deny: ['192.0.2.66'],
    });
    expect(resource(desired, 'certificate/web.example.com').spec).toMatchObject({ issuer: 'acme' });
    expect(resource(desired, 'record/A/web.example.com').spec).toMatchObject({ value: '192.0.2.99' });
    expect(desired).toMatchObject({
      services: {},
      refusals: [],
      absences: [{ service: 'web', why: 'elsewhere', node: 'rift' }],
    });
  });

  test('edge: no root in the repository, no route, and what to do', async () => {
    const paths = `${open}${open.replace('"api"', '"v2"')}path = "/v2"\n`;
    const { desired } = await compiled({ ...edged, web: service(paths) }, { node: edge });
    expect(Object.keys(desired.resources)).toEqual([]);
    expect(desired.refusals).toMatchObject([
      { slot: 'web/web', service: 'web', code: 'RootMissing', message: expect.stringContaining('reconcile cert root') },
    ]);
  });

  test('edge: no address for the worker', async () => {
    const files = {
      'fleet.toml': edged['fleet.toml'].replace('address = "192.0.2.1"\n', ''),
      ...root,
      web: service(open),
    };
    expect((await compiled(files, { node: edge })).desired.refusals).toMatchObject([{ code: 'NoAddress' }]);
  });

  test('l4 passes through under the public name, without certificate or root', async () => {
    const l4 = '[[routes]]\nmode = "l4"\nhostname = "web.example.com"\npublic = true\n';
    const worker = (await compiled({ ...edged, web: service(l4) })).desired;
    expect(keysOf(worker, 'route')).toEqual(['route/443/web.example.com']);
    expect(keysOf(worker, 'record')).toEqual([]);
    const there = (await compiled({ ...edged, web: service(l4) }, { node: edge })).desired;
    expect(keysOf(there, 'certificate')).toEqual([]);
    expect(resource(there, 'route/443/web.example.com').spec).toMatchObject({
      mode: 'l4',
      remote: { serverName: 'web.example.com', ca: '' },
      proxyProtocol: true,
    });
  });

  test('edge: another root is another route; what is no root is refused like none', async () => {
    const caOf = async (text: string) => {
      const { desired } = await compiled({ ...edged, 'ca/rift.pem': text, web: service(open) }, { node: edge });
      const [refusal] = desired.refusals;
      return refusal?.message ?? resource<RouteSpec>(desired, 'route/443/web.example.com').spec.remote?.ca;
    };
    expect(await caOf(`# rift\r\n${pem('AAAA').replaceAll('\n', '\r\n')}`)).toBe(await caOf(pem('AAAA')));
    expect(await caOf(pem('BBBB'))).not.toBe(await caOf(pem('AAAA')));
    expect(await caOf(pem('AAAA') + pem('BBBB'))).toMatch(/^ca\/rift-/);
    expect(await caOf('not yet')).toMatch(/ca\/rift\.pem holds no certificate; on rift run: reconcile cert root/);
    expect(await caOf(pem('AAAA') + pem('AAAA').replaceAll('CERTIFICATE', 'EC PRIVATE KEY'))).toMatch(
      /holds a private key/,
    );
  });

  test('edge: a name outside of all zones is not served', async () => {
    const files = { ...edged, ...root, web: service(open.replace('web.example.com', 'web.example.edu')) };
    const { desired } = await compiled(files, { node: edge });
    expect(Object.keys(desired.resources)).toEqual([]);
    expect(desired.refusals).toMatchObject([
      { code: 'NoZone', message: expect.stringContaining('web.example.edu: it lies in none of') },
    ]);
  });

  test('a plain listener is never public: not here, not there', async () => {
    const plain = open.replace('public = true', 'public = true\nport = 80');
    const worker = (await compiled({ ...edged, web: service(plain) })).desired;
    expect(keysOf(worker, 'record')).toEqual([]);
    const there = await compiled({ ...edged, ...root, web: service(plain) }, { node: edge });
    expect(Object.keys(there.desired.resources)).toEqual([]);
    expect(there.diagnostics.map((each) => each.message)).toEqual([expect.stringContaining('does not speak TLS')]);
  });

  test('switched off, unplaced or private services are no business of the edge', async () => {
    const off = await compileFiles(
      filesOf({ ...edged, ...root, web: service(`active = false\n${open}`), b: service('[[routes]]\n', 'b') }),
      { node: edge },
    );
    expect(Object.keys(off.desired.resources)).toEqual([]);
  });
});
