import type { Json, ObservedResource, Observer } from '@reconcile/core';
import { isOurs, type RecordState, type RecordType, recordKey, seenRecord } from '@reconcile/core/kinds/record';
import type { ReadHost } from '@reconcile/host';
import { type HostsFile, parseFile, parseFileName, renderFile } from './file.ts';
import type { HostsSettings } from './settings.ts';

const mostBytes = 1024 * 1024;

interface ReadFile extends HostsFile {
  readonly name: string;
  readonly text: string;
}

/**
 * Every file of the directory that dnsmasq reads: ours by its name, its first line and the node's and fleet's name in it;
 * each name in any other file is foreign. dnsmasq leaves out names that begin with `.` or end with `~` (inotify.c).
 */
export function hostsObserver(settings: HostsSettings): Observer<ReadHost> {
  return {
    name: 'hosts',
    serves: ['record'],
    async observe(cx) {
      const names = (await cx.host.files.list(settings.dir)) ?? [];
      const read = await Promise.all(
        names
          .filter((name) => !name.startsWith('.') && !name.endsWith('~') && !/^#.*#$/.test(name))
          .map((name) => readOne(cx.host, settings.dir, name)),
      );
      return { resources: resourcesOf(read.flat(), cx) as unknown as ObservedResource<Json>[] };
    },
  };
}

/** Gone since it was listed, or no file at all: nothing. One that cannot be read is an error: dnsmasq may be able to. */
async function readOne(host: ReadHost, dir: string, name: string): Promise<ReadFile[]> {
  const path = `${dir}/${name}`;
  try {
    const text = await host.files.text(path, { maxBytes: mostBytes });
    return text === undefined ? [] : [{ name, text, ...parseFile(text, parseFileName(name)?.hostname) }];
  } catch (error) {
    const kind = (await host.files.stat(path))?.kind;
    if (kind !== 'file' && kind !== 'symlink') return [];
    throw error;
  }
}

function resourcesOf(files: readonly ReadFile[], me: { readonly fleet: string; readonly node: string }) {
  const mine = files.filter((file) => isOurs(file.ours?.mark, me));
  const theirs = new Map<string, { hostname: string; type: RecordType; values: string[]; from: string[] }>();
  for (const file of files) {
    if (mine.includes(file)) continue;
    for (const { ip, hostname } of file.entries) {
      const type = ip.includes(':') ? 'AAAA' : 'A';
      const key = recordKey({ type, hostname });
      const entry = theirs.get(key) ?? { hostname, type, values: [], from: [] };
      theirs.set(key, {
        ...entry,
        values: [...entry.values, ip].sort(),
        from: [...entry.from, `${ip} in ${file.name}`],
      });
    }
  }
  const ours = mine.flatMap((file) => {
    const named = parseFileName(file.name);
    if (named === undefined || file.ours === undefined) return [];
    const besides = theirs.get(recordKey(named));
    const { mark, zone } = file.ours;
    return [
      seenRecord({ ...named, zone, driver: 'hosts', mark, state: stateOf(file, named, besides?.from.join(', ')) }, me),
    ];
  });
  const taken = new Set(ours.map(({ key }) => key));
  const foreign = [...theirs.values()].map(({ hostname, type, values }) =>
    seenRecord({ hostname, type, zone: '', driver: 'hosts', mark: undefined, state: { values } }, me),
  );
  return [...ours, ...foreign.filter(({ key }) => !taken.has(key))];
}

function stateOf(
  file: ReadFile,
  { type, hostname }: { type: RecordType; hostname: string },
  besides: string | undefined,
): RecordState {
  const values = file.entries
    .filter((entry) => entry.hostname === hostname && entry.ip.includes(':') === (type === 'AAAA'))
    .map(({ ip }) => ip)
    .sort();
  const [value] = values;
  const wrote =
    file.ours === undefined || value === undefined ? undefined : renderFile({ hostname, value, ...file.ours });
  return {
    values,
    ...(wrote === file.text ? {} : { drifted: true }),
    ...(besides === undefined ? {} : { besides }),
  };
}
