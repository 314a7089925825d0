import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadHost } from '@reconcile/host';
import { createReadHost } from '@reconcile/host/reading';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PodmanClients, RegistryRule } from '../client/contract.ts';
import { findAuth } from './auth-file.ts';
import { bytesOf, readManifest } from './manifest.ts';
import { placeOf } from './place.ts';
import { pullSizes } from './pull-size.ts';
import { tokenUrl } from './registry.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const blob = (letter: string, size: unknown) => ({ digest: digest(letter), size });
const image = JSON.stringify({ config: blob('c', 10), layers: [blob('a', 100), blob('b', 1000), blob('a', 100)] });
const index = JSON.stringify({
  manifests: [
    { digest: digest('1'), platform: { os: 'windows', architecture: 'amd64' } },
    { digest: digest('2'), platform: { os: 'linux', architecture: 'arm64' } },
    { digest: digest('3'), platform: { os: 'linux', architecture: 'amd64' } },
  ],
});

describe('manifests', () => {
  test('of an image: each blob once, less what is here', () => {
    const read = readManifest(image, 'amd64');
    const blobs = read !== undefined && 'blobs' in read ? read.blobs : [];
    expect(bytesOf(blobs, new Set())).toBe(1110);
    expect(bytesOf(blobs, new Set([digest('b')]))).toBe(110);
  });

  test('of several machines: the one of this', () => {
    expect(readManifest(index, 'amd64')).toEqual({ digest: digest('3') });
    expect(readManifest(index, 'riscv64')).toBeUndefined();
  });

  test.each([
    ['no JSON', '<html>'],
    ['null', 'null'],
    ['no config', JSON.stringify({ layers: [] })],
    ['a negative size', JSON.stringify({ config: blob('c', -1), layers: [] })],
    ['a size that is a text', JSON.stringify({ config: blob('c', '10'), layers: [] })],
    ['a path in the place of a digest', JSON.stringify({ config: { digest: '../x', size: 1 }, layers: [] })],
    ['layers without end', JSON.stringify({ config: blob('c', 1), layers: Array(1001).fill(blob('a', 1)) })],
    ['schema 1', JSON.stringify({ schemaVersion: 1, fsLayers: [] })],
  ])('%s: unknown', (_, text) => {
    expect(readManifest(text, 'amd64')).toBeUndefined();
  });
});

describe('where an image lies', () => {
  const rule = (prefix: string, more: Partial<RegistryRule> = {}): RegistryRule => ({
    prefix,
    location: prefix,
    insecure: false,
    blocked: false,
    ...more,
  });
  test.each<[string, readonly RegistryRule[], string | undefined]>([
    ['registry.example.net/team/web:1', [], 'https://registry.example.net team/web'],
    ['docker.io/library/nginx:1.27', [], 'https://registry-1.docker.io library/nginx'],
    ['127.0.0.1:5000/web:1', [rule('127.0.0.1:5000', { insecure: true })], 'http://127.0.0.1:5000 web'],
    ['[2001:db8::1]:5000/web:1', [], 'https://[2001:db8::1]:5000 web'],
    [
      'a.example.net/x/web:1',
      [rule('a.example.net/x', { location: 'b.example.net/y' })],
      'https://b.example.net y/web',
    ],
    ['a.example.net/xy/web:1', [rule('a.example.net/x', { blocked: true })], 'https://a.example.net xy/web'],
    ['a.example.net/web:1', [rule('*.example.net', { insecure: true, location: '' })], 'http://a.example.net web'],
    ['a.example.net/web:1', [rule('a.example.net', { blocked: true })], undefined],
    ['localhost/web:1', [], undefined],
    ['a.example.net/web/../../x:1', [], undefined],
    ['a.example.net@evil/web:1', [], undefined],
    ['a.example.net?x=/web:1', [], undefined],
  ])('%s', (ref, rules, wanted) => {
    const place = placeOf(ref, rules);
    expect(place === undefined ? undefined : `${place.origin} ${place.repository}`).toBe(wanted);
  });
});

describe('whom we are', () => {
  const file = JSON.stringify({ auths: { 'a.example.net': { auth: 'YTpi' }, 'a.example.net/team': { auth: 'Yzpk' } } });
  test.each([
    ['the closest entry', file, 'a.example.net/team/web', 'Yzpk'],
    ['the host', file, 'a.example.net/other', 'YTpi'],
    ['another host', file, 'b.example.net/web', undefined],
    ['a prefix that is no path', file, 'a.example.net.evil/web', undefined],
    ['no file of ours', 'not json', 'a.example.net/web', undefined],
    ['what is no base64', '{"auths":{"a.example.net":{"auth":"a\\r\\nb"}}}', 'a.example.net/web', undefined],
    ['a name of every object', '{"auths":{}}', 'constructor/web', undefined],
  ])('%s', (_, text, name, wanted) => {
    expect(findAuth(text, name)).toBe(wanted);
  });

  test.each([
    [
      'Bearer realm="https://auth.example.net/token",service="s",scope="repository:x:pull"',
      'https://r.example.net',
      'https://auth.example.net/token?service=s&scope=repository%3Ax%3Apull',
    ],
    ['Bearer realm="http://auth.example.net/token"', 'https://r.example.net', undefined],
    ['Bearer realm="http://127.0.0.1:1/token"', 'http://127.0.0.1:1', 'http://127.0.0.1:1/token'],
    ['Bearer realm="http://127.0.0.1:2/token"', 'http://127.0.0.1:1', undefined],
    ['Bearer realm="file:///etc/passwd"', 'https://r.example.net', undefined],
    ['Basic realm="x"', 'https://r.example.net', undefined],
  ])('a token is asked for where %s says', (challenge, origin, wanted) => {
    expect(tokenUrl(challenge, origin)).toBe(wanted);
  });
});

describe('a registry', () => {
  let dir: string;
  let server: Server;
  let asked: string[];
  let answer: (
    request: IncomingMessage,
  ) => { status: number; headers?: Record<string, string>; body?: string } | 'mute';
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'pull-size-'));
    mkdirSync(join(dir, 'overlay-layers'));
    mkdirSync(join(dir, 'containers'));
    asked = [];
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? '-'}`);
      const said = answer(request);
      if (said === 'mute') return;
      response.writeHead(said.status, said.headers);
      response.end(said.body);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    rmSync(dir, { recursive: true });
  });

  const at = () => `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = async (tag: string, change: (host: ReadHost) => ReadHost = (host) => host) => {
    const rules = [{ prefix: at(), location: at(), insecure: true, blocked: false }];
    const client = {
      registries: async () => ({ arch: 'amd64', rules }),
      store: async () => ({ graphRoot: dir, driver: 'overlay' }),
    };
    const clients = { reader: async () => client } as unknown as PodmanClients;
    const host = change(createReadHost({ home: { runtimeDir: dir, configDir: dir } }));
    const ref = `${at()}/team/web:${tag}`;
    const cx = { host, signal: new AbortController().signal, settings: { clients } };
    return (await pullSizes(cx, [{ ref, digest: null }])).get(ref);
  };

  test('says an index, then the manifest in it; what is here is not fetched', async () => {
    writeFileSync(join(dir, 'overlay-layers/layers.json'), JSON.stringify([{ 'compressed-diff-digest': digest('b') }]));
    answer = ({ url }) => ({ status: 200, body: url?.endsWith('/1') ? index : image });
    expect(await ask('1')).toBe(110);
    expect(asked).toEqual([`GET /v2/team/web/manifests/1 -`, `GET /v2/team/web/manifests/${digest('3')} -`]);
  });

  test('wants a token first, which anybody gets', async () => {
    answer = ({ headers, url }) => {
      if (url?.startsWith('/token')) return { status: 200, body: '{"token":"abc"}' };
      if (headers.authorization === 'Bearer abc') return { status: 200, body: image };
      return { status: 401, headers: { 'www-authenticate': `Bearer realm="http://${at()}/token",service="s"` } };
    };
    expect(await ask('1')).toBe(1110);
    expect(asked[1]).toBe('GET /token?service=s -');
  });

  test('wants a password, which podman login left', async () => {
    writeFileSync(join(dir, 'containers/auth.json'), JSON.stringify({ auths: { [at()]: { auth: 'YTpi' } } }));
    answer = ({ headers }) =>
      headers.authorization === 'Basic YTpi'
        ? { status: 200, body: image }
        : { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } };
    expect(await ask('1')).toBe(1110);
  });

  test.each<[string, { status: number; headers?: Record<string, string>; body?: string }]>([
    ['does not know it', { status: 404, body: '{}' }],
    ['sends us elsewhere', { status: 307, headers: { location: 'http://127.0.0.1:1/' } }],
    ['answers with a page', { status: 200, body: '<html>' }],
    ['points in a circle', { status: 200, body: index }],
    ['is broken', { status: 500 }],
  ])('%s: unknown', async (_, said) => {
    answer = () => said;
    expect(await ask('1')).toBeUndefined();
  });

  test('says nothing: unknown at the deadline', async () => {
    answer = () => 'mute';
    const waits: number[] = [];
    const sleep = async (ms: number) => void waits.push(ms);
    expect(await ask('1', (host) => ({ ...host, clock: { ...host.clock, sleep } }))).toBeUndefined();
    expect(waits).toEqual([2000]);
  });
});
