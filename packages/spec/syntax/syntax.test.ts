import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  durationMs,
  isExtraHost,
  isNetwork,
  isVariable,
  knownPort,
  plainPath,
  readAssignment,
  readImage,
  readMount,
  readPort,
  readSchedule,
  relativePath,
  sizeBytes,
} from './index.ts';

describe('images', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  test.each([
    ['docker.io/library/nginx:1.27', { registry: 'docker.io', repository: 'library/nginx', tag: '1.27', digest: '' }],
    [
      'registry.example.net:8443/mcr:v1.2.1',
      { registry: 'registry.example.net:8443', repository: 'mcr', tag: 'v1.2.1', digest: '' },
    ],
    [`localhost/a/b@${digest}`, { registry: 'localhost', repository: 'a/b', tag: '', digest }],
    [`ghcr.io/a/b:1@${digest}`, { registry: 'ghcr.io', repository: 'a/b', tag: '1', digest }],
    [`ghcr.io/a/b:latest@${digest}`, { registry: 'ghcr.io', repository: 'a/b', tag: 'latest', digest }],
  ])('%s', (text, value) => {
    expect(readImage(text)).toEqual({ ok: true, value });
  });

  test.each([
    ['nginx', 'ShortImage', 'write docker.io/library/nginx:1.27'],
    ['nginx:latest', 'ShortImage', 'write docker.io/library/nginx:1.27'],
    ['nginx:1.25', 'ShortImage', 'write docker.io/library/nginx:1.25'],
    ['grafana/grafana:11.3.0', 'ShortImage', 'write docker.io/grafana/grafana:11.3.0'],
    ['me/thing', 'ShortImage', 'write docker.io/me/thing:<version>'],
    [
      'docker.io/library/nginx',
      'ImageTag',
      'write the exact version, such as docker.io/library/nginx:1.27; see which there are: podman search --list-tags docker.io/library/nginx',
    ],
    [
      'ghcr.io/a/b:latest',
      'ImageTag',
      'write the exact version, such as ghcr.io/a/b:1.2.3; see which there are: podman search --list-tags ghcr.io/a/b',
    ],
    [
      'registry.example.net:5000/a',
      'ImageTag',
      'write the exact version, such as registry.example.net:5000/a:1.2.3; see which there are: podman search --list-tags registry.example.net:5000/a',
    ],
    ['--privileged', 'ImageSyntax', 'write registry/name:tag, such as docker.io/library/nginx:1.27'],
    ['docker://docker.io/library/nginx:1.27', 'ImageSyntax', undefined],
    ['docker.io/library/nginx:1.27 --privileged', 'ImageSyntax', undefined],
    ['docker.io/Library/Nginx:1.27', 'ImageSyntax', undefined],
    ['docker.io/a:', 'ImageSyntax', undefined],
    ['docker.io/a@sha256:abc', 'ImageSyntax', undefined],
    [`docker.io/a@${digest}@${digest}`, 'ImageSyntax', undefined],
    ['docker.io//a:1', 'ImageSyntax', undefined],
    ['', 'ImageSyntax', undefined],
  ])('%s is refused: %s', (text, problem, hint) => {
    const read = readImage(text);
    expect(read.ok).toBe(false);
    expect(read.problem).toBe(problem);
    if (hint !== undefined) expect(read).toMatchObject({ hint });
  });

  test('a known image has the port of its documentation, on its own registry only', () => {
    const port = (text: string) => {
      const read = readImage(text);
      return read.ok ? knownPort(read.value) : 'unread';
    };
    expect(port('docker.io/library/postgres:16.4')).toBe(5432);
    expect(port('ghcr.io/library/postgres:16.4')).toBeUndefined();
    expect(port('docker.io/library/constructor:1')).toBeUndefined();
  });
});

describe('published ports', () => {
  test.each([
    ['8080:80', { ip: '', host: 8080, container: 80, count: 1, protocol: 'tcp' }],
    ['127.0.0.1:38443:8443', { ip: '127.0.0.1', host: 38443, container: 8443, count: 1, protocol: 'tcp' }],
    ['192.0.2.1:53:53/udp', { ip: '192.0.2.1', host: 53, container: 53, count: 1, protocol: 'udp' }],
    ['[2001:DB8:0:0::1]:53:53/tcp', { ip: '2001:db8::1', host: 53, container: 53, count: 1, protocol: 'tcp' }],
    ['[::]:53:53', { ip: '::', host: 53, container: 53, count: 1, protocol: 'tcp' }],
    ['0.0.0.0:80:80', { ip: '0.0.0.0', host: 80, container: 80, count: 1, protocol: 'tcp' }],
    ['8000-8010:9000-9010', { ip: '', host: 8000, container: 9000, count: 11, protocol: 'tcp' }],
  ])('%s', (text, value) => {
    expect(readPort(text)).toEqual({ ok: true, value });
  });

  test.each([
    ['80', 'write the host port too ("80:80"), or a route: it gets a port by itself'],
    ['127.0.0.1::80', undefined],
    ['0:80', undefined],
    ['80:65536', undefined],
    ['8010-8000:1-11', undefined],
    ['8000-8001:80', undefined],
    ['300.0.0.1:80:80', undefined],
    ['2001:db8::1:80:80', undefined],
    ['80:80/sctp', undefined],
    ['80:80/tcp/udp', undefined],
    ['--privileged', undefined],
    ['', undefined],
  ])('%s is refused', (text, hint) => {
    const read = readPort(text);
    expect(read).toMatchObject({ ok: false, hint: hint ?? expect.any(String) });
  });
});

describe('mounts', () => {
  test.each([
    ['/srv/mcr:/srv/mcr', { source: '/srv/mcr', target: '/srv/mcr', readOnly: false, options: [] }],
    ['/srv//a/../b/:/data/:ro', { source: '/srv/b', target: '/data', readOnly: true, options: [] }],
    ['data:/d:z,noexec,U', { source: 'data', target: '/d', readOnly: false, options: ['U', 'noexec', 'z'] }],
    ['data:/d:rw', { source: 'data', target: '/d', readOnly: false, options: [] }],
  ])('%s', (text, value) => {
    expect(readMount(text)).toEqual({ ok: true, value });
  });

  test.each([
    '/data',
    'data',
    './x:/x',
    '~/x:/x',
    '-v:/x',
    'data:x',
    'data:/',
    'data:/x:what',
    'data:/x:ro,rw',
    'a:/b:ro:c',
    ':/x',
    '',
  ])('%j is refused with a hint or a reason', (text) => {
    const read = readMount(text);
    expect(read.ok).toBe(false);
    if (!read.ok) expect(read.message).not.toBe('');
  });
});

describe('quantities', () => {
  test.each([
    ['500ms', 500],
    ['120s', 120_000],
    ['2m', 120_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['1d', 86_400_000],
  ])('%s', (text, ms) => expect(durationMs(text)).toBe(ms));

  test.each([
    ['512MiB', 512 * 1024 ** 2],
    ['512m', 512 * 1024 ** 2],
    ['512MB', 512 * 1024 ** 2],
    ['1.5g', 1.5 * 1024 ** 3],
    ['64k', 65_536],
    ['4096', 4096],
    ['4096b', 4096],
    [4096, 4096],
  ])('%s', (text, bytes) => expect(sizeBytes(text)).toBe(bytes));
});

describe('words', () => {
  test.each(['A=b', 'A=', 'A=b=c', 'A=\n'])('%j is an assignment', (text) =>
    expect(readAssignment(text).ok).toBe(true),
  );
  test.each(['A', '=b', '', 'AGENT_*'])('%j is none', (text) => expect(readAssignment(text).ok).toBe(false));
  test.each(['PATH', '_x', 'a1'])('%s is a variable', (name) => expect(isVariable(name)).toBe(true));
  test.each(['1a', 'a-b', 'a b', '', '__proto__', 'constructor', 'prototype', 'Ä'])('%j is none', (name) =>
    expect(isVariable(name)).toBe(false),
  );
  test.each(['192.0.2.1', '192.0.2.0/24', '2001:db8::/32'])('%s is a network', (text) =>
    expect(isNetwork(text)).toBe(true),
  );
  test.each(['192.0.2.0/33', '192.0.2', 'x', '192.0.2.0/24/1', '2001:db8::/129', ''])('%j is none', (text) =>
    expect(isNetwork(text)).toBe(false),
  );
  test.each(['db:192.0.2.7', 'db:[2001:db8::1]', 'gw:host-gateway'])('%s is an extra host', (text) =>
    expect(isExtraHost(text)).toBe(true),
  );
  test.each(['db', 'db:', ':192.0.2.7', 'd b:192.0.2.7'])('%j is none', (text) =>
    expect(isExtraHost(text)).toBe(false),
  );
  test.each(['30 3 * * *', '*/5 * * * mon-fri', '0 0 1,15 jan *', '@daily', '0 4-6/2 * * 7'])(
    '%s is a schedule',
    (text) => expect(readSchedule(text).ok).toBe(true),
  );
  test.each([
    '',
    '* * * *',
    '60 * * * *',
    '* 24 * * *',
    '5-1 * * * *',
    '*/0 * * * *',
    'a * * * *',
    '@reboot',
    '* * 0 * *',
    '5- * * * *',
  ])('%j is none', (text) => expect(readSchedule(text).ok).toBe(false));
});

describe('paths', () => {
  test.each([
    ['/a/b', '/a/b'],
    ['/a/../../b/', '/b'],
    ['//', '/'],
    ['/a/.hidden', '/a/.hidden'],
  ])('%s', (path, plain) => expect(plainPath(path)).toBe(plain));

  test.each([
    ['a/b', 'a/b'],
    ['./a//b/../c', 'a/c'],
    ['/etc/passwd', undefined],
    ['../x', undefined],
    ['a/../../x', undefined],
    ['.', undefined],
    ['a\\b', undefined],
  ])('%s below', (path, below) => expect(relativePath(path)).toBe(below));

  test('a plain path stays, and never holds a dot segment', () => {
    const part = fc.constantFrom('', '.', '..', 'a', 'b.c', '...', '.x');
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const plain = plainPath(`/${parts.join('/')}`);
        expect(plainPath(plain)).toBe(plain);
        expect(
          plain
            .split('/')
            .slice(1)
            .some((each) => each === '.' || each === '..'),
        ).toBe(false);
      }),
    );
  });
});

test('any text is answered at once by every reader', () => {
  const nasty = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.string({ unit: fc.constantFrom(':', '/', '-', '1', '.', 'a', ',', '*', '[', ']', '@', ' ') }),
  );
  fc.assert(
    fc.property(nasty, (text) => {
      for (const read of [readImage, readPort, readMount, readAssignment, readSchedule])
        expect(typeof read(text).ok).toBe('boolean');
    }),
    { numRuns: 2000 },
  );
});
