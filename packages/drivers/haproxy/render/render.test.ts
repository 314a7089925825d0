import { listenerActions, routeActions } from '@reconcile/testkit/proxy';
import { expect, test } from 'vitest';
import { Draft } from '../apply/draft.ts';
import { fileDrift, fixedPart } from '../observe/files.ts';
import { emptyManifest, type Manifest } from '../record/manifest.ts';
import { allocate } from '../record/pool.ts';
import { haproxySettings } from '../settings/settings.ts';
import { haproxyTable } from '../table/table.ts';
import { render } from './render.ts';

const places = { stateDir: '/var/lib/r', runtimeDir: '/run/user/1000' };
const settings = haproxySettings(haproxyTable.parse({ maxconn: 4000 }), places);
const web = routeActions({ listener: 8080, hostname: 'web.example.net' });
const api = routeActions({ listener: 8080, hostname: 'web.example.net', path: '/api', holdMs: 30_000 });
const mail = routeActions({ listener: 443, hostname: 'mail.example.net', tls: true, proxyProtocol: true });

function recordOf(...actions: Parameters<Draft['apply']>[0][]): Manifest {
  const draft = new Draft(emptyManifest);
  draft.apply(listenerActions(8080, { binds: ['[::]:8080'] }).create, 0);
  draft.apply(listenerActions(443, { binds: ['192.0.2.10:443', '[::]:443'], tls: true }).create, 0);
  for (const action of actions) draft.apply(action, 0);
  return allocate(draft.done(), emptyManifest);
}

const all = [
  web.create(['127.0.0.1:31001']),
  api.create(['127.0.0.1:31002', '127.0.0.1:31003']),
  mail.create(['127.0.0.1:31004']),
];
const manifest = recordOf(...all);

test('the configuration as it is written', () => {
  const { config, maps } = render(manifest, settings);
  const [head = '', ...backends] = config.split(/^(?=backend )/m);
  expect(head).toMatchSnapshot('head');
  const used = backends.filter((section) => section.includes('#') || section.startsWith('backend now-'));
  expect(used.join('')).toMatchSnapshot('backends in use');
  expect(maps).toEqual({
    'routes-8080.map': 'web.example.net/ b0002\nweb.example.net/api/ b0003\n',
    'sni-443.map': 'mail.example.net b0001\n',
    'routes-443.map': '',
    'crt-443.list': '',
  });
});

test('addresses and states change the text, never what a reload is needed for', () => {
  const before = render(manifest, settings);
  const draft = new Draft(manifest);
  draft.apply(web.update(['127.0.0.1:31009']), 0);
  draft.apply(api.park(['127.0.0.1:31002', '127.0.0.1:31003']), 0);
  const after = render(allocate(draft.done(), manifest), settings);
  expect(after.config).not.toBe(before.config);
  expect(after.hash).toBe(before.hash);
  expect(fixedPart(after.config)).toBe(fixedPart(before.config));
  const other = render(recordOf(...all.slice(0, 2)), { ...settings, hardStopAfterS: 44 });
  expect(other.hash).not.toBe(before.hash);
  expect(fixedPart(other.config)).not.toBe(fixedPart(before.config));
});

test('a parked route leads to a closed port, a parked replica rests', () => {
  const draft = new Draft(manifest);
  draft.apply(web.park(['127.0.0.1:31001']), 0);
  draft.apply(api.park(['127.0.0.1:31002']), 0);
  const { config } = render(draft.done(), settings);
  expect(config).toMatch(/# 8080 web\.example\.net\/\n {2}server s1 127\.0\.0\.1:1\n/);
  expect(config).toMatch(/\/api\/\n {2}server s1 127\.0\.0\.1:31002 disabled\n {2}server s2 127\.0\.0\.1:31003\n/);
});

test('an edit of a file is laid at the door of what it touches', () => {
  const rendered = render(manifest, settings);
  const edited = (edit: (text: string) => string) => {
    const drift = fileDrift(manifest, rendered, { config: edit(rendered.config), maps: rendered.maps, pems: {} });
    return [...drift.routes, ...[...drift.listeners].sort()];
  };
  expect(edited((text) => text)).toEqual([]);
  expect(edited((text) => text.replace('127.0.0.1:31001', '127.0.0.1:9'))).toEqual([web.key]);
  expect(edited((text) => text.replace('  option socket-stats\n  bind [::]:8080', '  bind [::]:8080'))).toEqual([
    '8080',
  ]);
  expect(edited((text) => text.replace('hard-stop-after 45s', 'hard-stop-after 9s'))).toEqual(['443', '8080']);
  expect(edited((text) => `${text}backend evil\n  server a 192.0.2.1:80\n`)).toEqual(['443', '8080']);
  expect(edited(() => '').sort()).toEqual([api.key, mail.key, web.key, '443', '8080'].sort());
  const maps = {
    ...rendered.maps,
    'routes-8080.map': rendered.maps['routes-8080.map']?.split('\n').slice(1).join('\n'),
  };
  const drift = fileDrift(manifest, rendered, { config: rendered.config, maps, pems: {} });
  expect([[...drift.routes], [...drift.listeners]]).toEqual([[web.key], ['8080']]);
  const gone = fileDrift(manifest, rendered, { config: undefined, maps: {}, pems: {} });
  expect(gone.routes.size).toBe(3);
});
