import type { Action } from '@reconcile/core';
import { listenerActions, routeActions } from '@reconcile/testkit/proxy';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Draft } from '../apply/draft.ts';
import type { Stock } from '../apply/stock.ts';
import { emptyManifest, type Manifest } from '../record/manifest.ts';
import { endName, frontendName, listName, mapKey, mapName, mapNames, parseAddress } from '../record/names.ts';
import { allocate } from '../record/pool.ts';
import { serversOf } from '../record/servers.ts';
import { type Rendered, render } from '../render/render.ts';
import { haproxySettings } from '../settings/settings.ts';
import { haproxyTable } from '../table/table.ts';
import { type Delta, deltaOf } from './delta.ts';
import { reconstruct } from './reconstruct.ts';
import type { ListEntry, Running, RunningServer } from './running.ts';

const settings = haproxySettings(haproxyTable.parse({}), { stateDir: '/var/lib/r', runtimeDir: '/run/user/1000' });

/** HAProxy's memory as far as we look at it, and what our commands do to it. */
class Memory implements Running {
  readonly hash: string;
  readonly workerPid = 2;
  readonly foreign = new Map();
  readonly frontends = new Map<string, { mode: string; isOpen: boolean; binds: string[] }>();
  readonly maps = new Map<string, [string, string][]>();
  readonly backends = new Map<string, Map<string, RunningServer>>();
  readonly lists = new Map<string, ListEntry[]>();
  readonly hasSome = false;
  readonly certificates = new Map<string, string>();
  readonly #staged = new Map<string, string>();
  #lines = 0;

  constructor(manifest: Manifest, rendered: Rendered) {
    this.hash = rendered.hash;
    for (const { spec } of Object.values(manifest.listeners)) {
      const binds = spec.tls ? spec.binds : [...spec.binds, 'unix'];
      if (spec.tls) {
        this.frontends.set(endName(spec.port), { mode: 'http', isOpen: true, binds: ['unix', 'unix'] });
        const lines = rendered.maps[listName(spec.port)]?.split('\n').filter((line) => line !== '') ?? [];
        this.lists.set(
          listName(spec.port),
          lines.map((line) => this.#entry(line)),
        );
      }
      this.frontends.set(frontendName(spec.port), { mode: spec.tls ? 'tcp' : 'http', isOpen: true, binds: [...binds] });
      for (const map of mapNames(spec)) {
        const lines = rendered.maps[map]?.split('\n').filter((line) => line !== '') ?? [];
        this.maps.set(
          map,
          lines.map((line) => line.split(' ') as [string, string]),
        );
      }
    }
    for (const [name, sha1] of Object.entries(manifest.certificates)) this.certificates.set(`${name}.pem`, sha1);
    const routes = new Map(Object.values(manifest.routes).map((route) => [route.backend, route]));
    for (const [name, { slots }] of Object.entries(manifest.backends)) {
      const route = routes.get(name);
      const off = { address: parseAddress('127.0.0.1:1'), isReady: false };
      const servers = route === undefined ? Array.from({ length: slots }, () => off) : serversOf(route);
      const entries = servers.map(
        ({ address, isReady }, at) => [`s${at + 1}`, { address, isReady, isOff: !isReady }] as const,
      );
      this.backends.set(name, new Map(entries));
    }
  }

  #entry(line: string): ListEntry {
    const [file = ''] = line.split(' ');
    return { id: `${file}:${++this.#lines}`, file, line };
  }

  #ssl(command: string): void {
    const [head = '', payload = ''] = command.split(' <<\n');
    const [verb, , what, file = '', id = ''] = head.split(' ');
    if (what === 'crt-list' && verb === 'add') this.lists.get(file)?.push(this.#entry(payload.trim()));
    else if (what === 'crt-list') {
      this.lists.set(
        file,
        (this.lists.get(file) ?? []).filter((entry) => entry.id !== id),
      );
    } else if (verb === 'new') this.certificates.set(file, '');
    else if (verb === 'set') this.#staged.set(file, payload.trim());
    else if (verb === 'abort') this.#staged.delete(file);
    else if (verb === 'commit') this.certificates.set(file, this.#staged.get(file) ?? '');
    else if (verb === 'del' && ![...this.lists.values()].flat().some((entry) => entry.file === file))
      this.certificates.delete(file);
    else throw new Error(`refused: ${command}`);
  }

  run(command: string): void {
    if (command.split(' ')[1] === 'ssl') {
      this.#ssl(command);
      return;
    }
    const [verb, what, where = '', key = '', value = '', , port] = command.split(' ');
    const map = this.maps.get(where) ?? [];
    if (what === 'map' && verb === 'del')
      this.maps.set(
        where,
        map.filter(([name]) => name !== key),
      );
    else if (what === 'map' && verb === 'add') this.maps.set(where, [...map, [key, value]]);
    else if (what === 'map')
      this.maps.set(
        where,
        map.map(([name, old]) => [name, name === key ? value : old]),
      );
    else if (what === 'server') this.#server(where, { word: key, value, port: Number(port) });
    else if (what !== 'weight') throw new Error(`unknown: ${command}`);
  }

  #server(path: string, to: { word: string; value: string; port: number }): void {
    const [backend = '', name = ''] = path.split('/');
    const server = this.backends.get(backend)?.get(name);
    if (server === undefined) throw new Error(`no server ${path}`);
    const next = { ...server };
    if (to.word === 'addr') next.address = { ip: to.value, port: to.port };
    else if (to.word === 'state') [next.isReady, next.isOff] = [to.value === 'ready', to.value === 'maint'];
    this.backends.get(backend)?.set(name, next);
  }
}

/** Stands for a certificate: its text is what it is known by. */
const stock: Stock = new Map(
  [8, 9, 10].map((n) => [
    `s${n}.example.net`,
    { pem: `${n}`.repeat(20), sha1: `${n}`.repeat(20), names: [`s${n}.example.net`] },
  ]),
);

const routes = Array.from({ length: 11 }, (_, n) => {
  if (n < 6) return routeActions({ listener: 80, hostname: `r${n % 3}.example.net`, path: n < 3 ? '/' : '/api' });
  if (n < 8) return routeActions({ listener: 443, hostname: `t${n}.example.net`, tls: true });
  const certificate = `s${n}.example.net`;
  return routeActions({ listener: 443, hostname: certificate, certificate, mode: 'l7', tls: true });
});

function renderOf(manifest: Manifest): Rendered {
  const pems = [...stock].flatMap(([name, entry]) => ('pem' in entry ? [[name, entry.pem]] : []));
  return render(manifest, settings, Object.fromEntries(pems) as Rendered['pems']);
}

function after(before: Manifest, actions: readonly Action[]): Manifest {
  const draft = new Draft(before, stock);
  for (const action of actions) draft.apply(action, 1);
  return allocate(draft.done(), before);
}

const listeners = [listenerActions(80).create, listenerActions(443, { tls: true }).create];
const targets = fc.uniqueArray(
  fc.integer({ min: 31000, max: 31020 }).map((port) => `127.0.0.1:${port}`),
  { maxLength: 4 },
);
const change = fc
  .tuple(fc.nat(10), fc.constantFrom('create', 'delete', 'park', 'unpark'), targets)
  .map(([n, verb, to]) => {
    const route = routes[n] as (typeof routes)[number];
    return verb === 'delete'
      ? route.delete
      : verb === 'park'
        ? route.park(to)
        : verb === 'unpark'
          ? route.unpark(to)
          : route.create(to);
  });
const turn = fc.array(change, { maxLength: 6 });

function clean(delta: Delta): void {
  expect(delta).toEqual({ needsReload: false, commands: [], routes: new Set(), listeners: new Set() });
}

describe('a running proxy brought to the record', () => {
  test('what was loaded from the record differs in nothing', () => {
    fc.assert(
      fc.property(turn, (actions) => {
        const manifest = after(emptyManifest, [...listeners, ...actions]);
        const rendered = renderOf(manifest);
        clean(deltaOf(manifest, rendered, new Memory(manifest, rendered)));
      }),
    );
  });

  test('commands bring it there, and no name leads astray in between', () => {
    fc.assert(
      fc.property(turn, turn, (first, second) => {
        const before = after(emptyManifest, [...listeners, ...first]);
        const memory = new Memory(before, renderOf(before));
        const next = after(before, second);
        const rendered = renderOf(next);
        const delta = deltaOf(next, rendered, memory);
        if (Object.keys(next.backends).join() !== Object.keys(before.backends).join()) {
          expect(delta.needsReload).toBe(true);
          return;
        }
        expect(delta.needsReload).toBe(false);
        for (const command of delta.commands) {
          memory.run(command);
          expect(astray(memory, [before, next])).toEqual([]);
        }
        clean(deltaOf(next, rendered, memory));
      }),
      { numRuns: 400 },
    );
  });

  test('whatever was edited in its memory is found and put back', () => {
    const manifest = after(emptyManifest, [
      ...listeners,
      ...routes.map((route, n) => route.create([`127.0.0.1:${31000 + n}`])),
    ]);
    const rendered = renderOf(manifest);
    const edits = fc.constantFrom(
      'del map routes-80.map r0.example.net/',
      'set map routes-80.map r1.example.net/ b0009',
      'add map routes-80.map r1.example.net/ b0009',
      'add map routes-80.map evil.example.net/ b0001',
      'add map sni-443.map evil.example.net b0001',
      'set server b0001/s1 addr 127.0.0.1 port 5',
      'set server b0002/s1 state maint',
      'set server b0002/s1 state drain',
      'set server b0003/s4 state ready',
      'set server b0012/s1 state ready',
      'set map routes-443.map s8.example.net/ b0009',
      'new ssl cert evil.pem',
      'del ssl crt-list crt-443.list s8.example.net.pem:2',
      'add ssl crt-list crt-443.list <<\ns9.example.net.pem evil.example.net\n',
      'commit ssl cert s10.example.net.pem',
    );
    fc.assert(
      fc.property(fc.uniqueArray(edits, { minLength: 1 }), (done) => {
        const memory = new Memory(manifest, rendered);
        for (const edit of done) memory.run(edit);
        const delta = deltaOf(manifest, rendered, memory);
        expect(delta.routes.size + delta.listeners.size).toBeGreaterThan(0);
        for (const command of delta.commands) memory.run(command);
        clean(deltaOf(manifest, rendered, memory));
      }),
    );
  });

  test('a listener that is shut, or another configuration, needs a reload', () => {
    const manifest = after(emptyManifest, listeners);
    const rendered = renderOf(manifest);
    const shut = new Memory(manifest, rendered);
    shut.frontends.set('l80', { mode: 'http', isOpen: false, binds: [] });
    expect(deltaOf(manifest, rendered, shut)).toMatchObject({ needsReload: true, listeners: new Set(['80']) });
    const more = after(manifest, [listenerActions(81).create]);
    expect(deltaOf(more, renderOf(more), new Memory(manifest, rendered)).needsReload).toBe(true);
    expect(deltaOf(manifest, rendered, new Memory(more, renderOf(more))).needsReload).toBe(true);
  });
});

test('a lost record read back from memory has every route at its targets', () => {
  fc.assert(
    fc.property(turn, (actions) => {
      const unparked = actions.filter((action) => action.verb !== 'park');
      const manifest = after(emptyManifest, [...listeners, ...unparked]);
      const again = reconstruct(new Memory(manifest, renderOf(manifest)));
      const sorted = (from: Manifest) =>
        Object.entries(from.routes)
          .map(([key, route]) => `${key} ${[...route.targets].sort().join()} ${mapKey(route.spec)}`)
          .sort();
      expect(sorted(again)).toEqual(sorted(manifest));
      expect(Object.values(again.listeners).map(({ spec }) => spec)).toEqual(
        Object.values(manifest.listeners).map(({ spec }) => spec),
      );
    }),
  );
});

/** Names that lead to an address which neither record gives them. */
function astray(memory: Memory, records: readonly Manifest[]): string[] {
  const wrong: string[] = [];
  for (const [map, entries] of memory.maps) {
    for (const [name, backend] of entries) {
      const allowed = records.flatMap((record) =>
        Object.values(record.routes).flatMap((route) => {
          const listener = record.listeners[String(route.spec.listener)];
          const isIt = listener !== undefined && mapName(route.spec) === map && mapKey(route.spec) === name;
          return isIt ? ['127.0.0.1:1', ...route.targets] : [];
        }),
      );
      for (const server of memory.backends.get(backend)?.values() ?? []) {
        const address = `${server.address.ip}:${server.address.port}`;
        if (server.isReady && !allowed.includes(address)) wrong.push(`${name} → ${address}`);
      }
    }
  }
  return wrong;
}
