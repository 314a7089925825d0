import type { Desired, Json, Kind, Reference, Resource, ResourceKey } from '@reconcile/core';
import { defaultBlast } from '@reconcile/core';
import { type RouteSpec, routeDefaults, routeReferences } from '@reconcile/core/kinds/route';
import type { Net } from '@reconcile/host';
import { expect, test } from 'vitest';
import { refuseStrangers } from './edge-trust.ts';

const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const files = async () => new Map([['ca/rift.pem', new TextEncoder().encode(pem)]]);
const leaf = { names: [], notBefore: 0, notAfter: 0, fingerprint: '', sha1: '' };

function resource(key: ResourceKey, spec: unknown, references: readonly Reference[] = []): Resource {
  const kind = key.slice(0, key.indexOf('/')) as Kind;
  return { key, kind, slot: key, services: ['web'], spec: spec as Json, specHash: '1', references, claims: [] };
}

function edgeRoute(hostname: string, serverName: string, path = '/'): Resource {
  const remote = { address: '192.0.2.1', port: 8443, serverName, ca: 'ca/rift-0123456789abcdef.pem' };
  const spec: RouteSpec = { ...routeDefaults, hostname, path, certificate: hostname, remote, proxyProtocol: true };
  return resource(`route/443/${hostname}${path === '/' ? '' : path}`, spec, routeReferences(spec));
}

function desiredWith(...resources: readonly Resource[]): Desired {
  return {
    fleet: 'home',
    node: 'svc',
    generation: 1,
    commit: '0'.repeat(40),
    stages: [],
    services: {},
    resources: Object.fromEntries(resources.map((one) => [one.key, one])),
    refusals: [],
    absences: [],
    allows: [],
    policy: { mounts: [], images: ['*'], flags: [], blast: defaultBlast },
  };
}

/** Answers to a handshake, by the name that is asked for. */
function net(answers: Readonly<Record<string, Awaited<ReturnType<Net['handshake']>>>>) {
  const asked: unknown[] = [];
  const handshake: Net['handshake'] = async (ip, port, options) => {
    asked.push([ip, port, options.name, options.roots, options.proxied]);
    return answers[options.name] ?? { refused: 'connect ECONNREFUSED' };
  };
  return { asked, host: { net: { handshake } as Net } };
}

const web = edgeRoute('web.example.com', 'web.svc.example.net');
const api = edgeRoute('web.example.com', 'web.svc.example.net', '/api');
const shop = edgeRoute('shop.example.com', 'shop.svc.example.net');
const all = desiredWith(
  ...[web, api, shop, resource('listener/443', {})],
  ...['web', 'shop'].flatMap((name) => [
    resource(`certificate/${name}.example.com`, {}),
    resource(`record/A/${name}.example.com`, { routes: [`route/443/${name}.example.com`] }),
  ]),
);

test('a worker that is not who the repository says: its route waits with all that is its own, the others go on', async () => {
  const { asked, host } = net({
    'web.svc.example.net': { leaf, trouble: 'SELF_SIGNED_CERT_IN_CHAIN' },
    'shop.svc.example.net': { leaf, trouble: undefined },
  });
  const made = await refuseStrangers(all, host, files);
  expect(Object.keys(made.resources).sort()).toEqual([
    'certificate/shop.example.com',
    'listener/443',
    'record/A/shop.example.com',
    'route/443/shop.example.com',
  ]);
  expect(made.refusals).toEqual([
    {
      slot: 'web/web.example.com',
      service: 'web',
      code: 'RootDiffers',
      message:
        'edge route web.example.com: ca/rift.pem does not vouch for what rift shows as web.svc.example.net (SELF_SIGNED_CERT_IN_CHAIN); on rift run: reconcile cert root, and commit its output as ca/rift.pem',
    },
  ]);
  expect(asked).toContainEqual(['192.0.2.1', 8443, 'web.svc.example.net', [pem], true]);
});

test('nobody can be reached, or shows a certificate: nothing changes', async () => {
  expect(await refuseStrangers(all, net({}).host, files)).toBe(all);
});

test('the last route takes the listener with it', async () => {
  const { host } = net({ 'web.svc.example.net': { leaf, trouble: 'CERT_SIGNATURE_FAILURE' } });
  const alone = desiredWith(web, resource('listener/443', {}), resource('certificate/web.example.com', {}));
  expect((await refuseStrangers(alone, host, files)).resources).toEqual({});
});

test('a node that dials nobody asks nobody, and reads nothing', async () => {
  const { asked, host } = net({});
  const own = desiredWith(resource('route/443/a.example.net', routeDefaults));
  const unread = () => Promise.reject(new Error('read'));
  expect(await refuseStrangers(own, host, unread)).toBe(own);
  expect(asked).toEqual([]);
});
