import type { Action, ApplyContext } from '@reconcile/core';
import {
  isBelow,
  isOurs,
  type RecordArgs,
  type RecordMark,
  type RecordSpec,
  recordProblem,
} from '@reconcile/core/kinds/record';
import type { Host } from '@reconcile/host';
import { fail } from './errors.ts';
import { fileName, parseFile, renderFile } from './observe/file.ts';
import type { HostsSettings } from './observe/settings.ts';

// dnsmasq drops its privileges and reads as somebody else.
const fileMode = 0o644;
const dirMode = 0o755;

/** One record: one file, replaced whole by a rename, which dnsmasq's inotify watch sees (IN_MOVED_TO). */
export async function applyHosts(cx: ApplyContext<Host>, action: Action, settings: HostsSettings): Promise<undefined> {
  const { spec } = action.args as unknown as RecordArgs;
  if (cx.signal.aborted) throw fail('HOSTS_CANCELLED', { message: action.id, key: action.key });
  const path = placeOf(action, spec, settings);
  await refuseForeign(cx, action, { path, hostname: spec.hostname });
  switch (action.verb) {
    case 'create':
    case 'update': {
      const mark: RecordMark = { fleet: cx.fleet, node: cx.node, services: action.services, routes: spec.routes };
      await cx.host.files.makeDir(settings.dir, { mode: dirMode });
      await cx.host.files.write(path, renderFile({ ...spec, mark }), { mode: fileMode });
      return undefined;
    }
    case 'delete':
      await cx.host.files.remove(path);
      return undefined;
    default:
      throw fail('HOSTS_VERB', { message: `${action.verb} ${action.key}` });
  }
}

/** Where a record lies; only plain names in allowed zones lie anywhere. */
function placeOf({ key, verb }: Action, spec: RecordSpec, settings: HostsSettings): string {
  if (spec.type !== 'A' && spec.type !== 'AAAA')
    throw fail('HOSTS_NOT_SUPPORTED', { message: `${verb} ${key}`, key, wanted: 'A or AAAA', actual: spec.type });
  // A record that goes may have had any value.
  const value = verb === 'delete' ? (spec.type === 'A' ? '192.0.2.1' : '2001:db8::1') : spec.value;
  const problem = recordProblem({ ...spec, value });
  if (problem !== undefined) throw fail('HOSTS_REFUSED', { message: `${verb} ${key}`, key, actual: problem });
  if (settings.zones !== undefined && !settings.zones.some((zone) => isBelow(spec.hostname, zone))) {
    throw fail('HOSTS_REFUSED', {
      message: `${verb} ${key}`,
      key,
      wanted: `a name below ${settings.zones.join(' or ')}`,
      hint: 'zones of [drivers.hosts] in node.toml says what may be written',
    });
  }
  return `${settings.dir}/${fileName(spec.type, spec.hostname)}`;
}

async function refuseForeign(
  cx: ApplyContext<Host>,
  { id, key }: Action,
  { path, hostname }: { path: string; hostname: string },
): Promise<void> {
  const text = await cx.host.files.text(path);
  if (text === undefined || isOurs(parseFile(text, hostname).ours?.mark, cx)) return;
  throw fail('HOSTS_NOT_OURS', {
    message: id,
    key,
    actual: `${path} was not written by this node`,
    hint: `see ${path}`,
  });
}
