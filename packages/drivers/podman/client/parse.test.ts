import { isFleetError } from '@reconcile/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { detail, id, image, imageId, info, network, readers, row, secret, storage, volume } from './answers.fixture.ts';
import {
  parseContainers,
  parseDetail,
  parseImage,
  parseImages,
  parseNetworks,
  parseSecrets,
  parseStore,
  parseVolumes,
} from './parse.ts';
import { instant, parseJson } from './shape.ts';

describe('what podman prints', () => {
  test('a running container: ports spelled as published, times in whole seconds, never is 0', () => {
    expect(parseContainers([row])).toEqual([
      {
        id,
        name: 'c1',
        state: 'running',
        labels: { a: 'b' },
        imageId,
        pid: 8942,
        exitCode: 0,
        networks: ['n1'],
        ports: [
          { ip: '127.0.0.1', host: 15000, container: 80, count: 1, protocol: 'tcp' },
          { ip: '::1', host: 15010, container: 90, count: 3, protocol: 'udp' },
        ],
        createdAt: 1795206677000,
        startedAt: 1795206678000,
        exitedAt: 0,
      },
    ]);
  });
  test('a storage leftover, by the API', () => {
    expect(parseContainers([storage])[0]).toMatchObject({
      name: 'k3',
      state: 'storage',
      createdAt: 1795206818000,
      ports: [],
    });
    expect(parseContainers([{ ...storage, Names: [] }])[0]?.name).toBe(id);
  });
  test('an unheard-of state is unknown, not an error', () => {
    expect(parseContainers([{ ...row, State: 'Dreaming' }])[0]?.state).toBe('unknown');
  });
  test('the others', () => {
    expect(parseDetail(detail)).toMatchObject({
      state: 'exited',
      exitCode: 3,
      startedAt: 1795206677000,
      finishedAt: 0,
      networks: { n1: ['x', 'eee'], n2: [] },
    });
    expect(parseImages([image])[0]).toMatchObject({ id: imageId, names: ['localhost/web:1'], bytes: 5 });
    expect(
      parseImages([{ ...image, Id: `sha256:${imageId}`, Names: undefined, RepoTags: ['<none>:<none>'] }])[0],
    ).toMatchObject({ id: imageId, names: [] });
    expect(parseImage(image)).toMatchObject({ id: imageId, names: [] });
    expect(parseNetworks([network, { ...network, name: 'podman' }]).map((one) => one.createdAt)).toEqual([
      1795206677000, 0,
    ]);
    expect(parseVolumes([volume])[0]).toMatchObject({ name: 'v1', labels: { a: 'b' } });
    expect(parseSecrets([secret])[0]).toMatchObject({ name: 's1', labels: {} });
    expect(parseStore(info)).toMatchObject({ graphRoot: '/g', uidMap: '0:1001:1', gidMap: '' });
  });
  test.each([
    [1795206677, 1795206677000],
    ['0001-01-01T00:00:00Z', 0],
    [-62135596800, 0],
    ['2026-11-20T20:31:17.7+01:00', 1795203077000],
  ])('time %j', (value, at) => {
    expect(instant(value, 'x')).toBe(at);
  });
});

/** Understood or PODMAN_GARBLED: nothing between, and never an exception of the language. */
function readsOrRefuses(read: (answer: unknown) => unknown, answer: unknown): boolean {
  try {
    read(answer);
    return true;
  } catch (error) {
    expect(isFleetError(error) && error.code, String(error)).toBe('PODMAN_GARBLED');
    return false;
  }
}

describe('garbage', () => {
  test.each(readers)('%o refuses anything', (read) => {
    fc.assert(fc.property(fc.jsonValue(), (answer) => void readsOrRefuses(read as never, answer)));
  });

  test.each(readers)('%o refuses one broken field', (read, good) => {
    const text = JSON.stringify(good);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom('null', '{}', '[7]', '"x"', '1.5', 'true'), (at, other) => {
        const cut = text.slice(at).search(/[:[,]/);
        if (cut < 0) return;
        const broken =
          text.slice(0, at + cut + 1) +
          text.slice(at + cut + 1).replace(/^("([^"\\]|\\.)*"|-?\d+|null|\{\}|\[\])/, other);
        try {
          readsOrRefuses(read as never, JSON.parse(broken));
        } catch (error) {
          if (!(error instanceof SyntaxError)) throw error;
        }
      }),
    );
  });

  test('every cut of an answer is refused, never read as less', () => {
    const text = JSON.stringify([row, storage]);
    for (let end = 0; end < text.length; end++) {
      expect(
        readsOrRefuses((cut) => parseContainers(parseJson(cut as string, 'x')), text.slice(0, end)),
        `cut at ${end}`,
      ).toBe(false);
    }
  });

  test('null is no list: nothing is not "no containers"', () => {
    expect(readsOrRefuses(parseContainers, null)).toBe(false);
    expect(parseContainers([])).toEqual([]);
  });
});
