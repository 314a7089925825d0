import { assignments, durationText } from './compose-values.ts';
import { type Draft, emptyDraft, type Fields, type ImportFile, type ImportNote, type Scalar } from './model.ts';
import { podmanArg } from './podman-args.ts';
import { readUnit, type UnitEntry, unitValues } from './quadlet-file.ts';
import { componentName, fullImage, plainName, splitWords } from './words.ts';

/** One `.container` on its way. */
interface At {
  readonly draft: Draft;
  readonly fields: Fields;
  readonly health: Fields;
  readonly env: Record<string, string>;
  readonly labels: Record<string, string>;
  readonly value: string;
  readonly all: readonly UnitFileRead[];
  decide(message: string): void;
  lost(message: string): void;
}

export interface UnitFileRead {
  readonly file: ImportFile;
  readonly base: string;
  readonly entries: readonly UnitEntry[];
}

export function readUnitFile(file: ImportFile): UnitFileRead {
  const name = file.name.slice(file.name.lastIndexOf('/') + 1);
  return { file, base: name.replace(/\.[a-z]+$/, ''), entries: readUnit(file.text) };
}

/** Keys that are lists of the same name here. */
const lists: Readonly<Record<string, string>> = {
  PublishPort: 'ports',
  AddCapability: 'cap_add',
  AddDevice: 'devices',
  Tmpfs: 'tmpfs',
  AddHost: 'extra_hosts',
};
const texts: Readonly<Record<string, string>> = {
  WorkingDir: 'workdir',
  HostName: 'hostname',
  StopSignal: 'stop_signal',
  Memory: 'memory',
};
const silent = new Set([
  'ContainerName',
  'Image',
  'Group',
  'Pull',
  'AutoUpdate',
  'ServiceName',
  'Notify',
  'LogDriver',
  'StartWithPod',
]);

/** One `.container` → one service; what it says of networks and volumes comes from the other files given. */
export function importContainer(
  unit: UnitFileRead,
  all: readonly UnitFileRead[],
): { readonly draft: Draft; readonly notes: readonly ImportNote[] } {
  const notes: ImportNote[] = [];
  const own = unit.entries.filter(({ section }) => section === 'Container');
  const last = (key: string) => own.findLast((entry) => entry.key === key)?.value;
  const draft = emptyDraft(plainName(last('ContainerName') ?? unit.base) || 'imported');
  const fields: Fields = new Map();
  const health: Fields = new Map();
  const env: Record<string, string> = {};
  const labels: Record<string, string> = {};
  for (const entry of unit.entries) {
    const note = (level: ImportNote['level']) => (message: string) =>
      void notes.push({
        level,
        file: unit.file.name,
        line: entry.line,
        key: `[${entry.section}] ${entry.key}`,
        message,
      });
    carry(entry, {
      draft,
      fields,
      health,
      env,
      labels,
      value: entry.value,
      all,
      decide: note('decide'),
      lost: note('not carried'),
    });
  }
  if (Object.keys(env).length > 0) fields.set('env', env);
  if (Object.keys(labels).length > 0) fields.set('labels', labels);
  const group = last('Group');
  if (group !== undefined) fields.set('user', `${String(fields.get('user') ?? '0')}:${group}`);
  if (!fields.has('restart')) fields.set('restart', 'no');
  draft.components.push({ name: componentName(draft.name), fields, health });
  if (!fields.has('image'))
    notes.push({
      level: 'decide',
      file: unit.file.name,
      line: 0,
      key: '[Container] Image',
      message: 'it names no image',
    });
  return { draft, notes };
}

function carry(entry: UnitEntry, at: At): unknown {
  switch (entry.section) {
    case 'Container':
      return containerKey(entry, at);
    case 'Service':
      return serviceKey(entry, at);
    case 'Unit':
      return unitKey(entry, at);
    case 'Install':
      return undefined;
    default:
      return at.lost('there is no such section here');
  }
}

function containerKey({ key }: UnitEntry, at: At): unknown {
  const { fields, value } = at;
  const listed = lists[key];
  const text = texts[key];
  if (key === 'Image') return image(at);
  if (key === 'AutoUpdate') return at.lost('a version is changed by a commit: reconcile set <service> image=…');
  if (silent.has(key)) return undefined;
  if (listed !== undefined)
    return push(fields, listed, key === 'AddCapability' ? value.split(/\s+/) : unitValues(value));
  if (text !== undefined) return fields.set(text, unitValues(value).join(' '));
  if (key === 'Exec') return fields.set('cmd', unitValues(value));
  if (key === 'Entrypoint') return fields.set('entrypoint', value.startsWith('[') ? list(value) : splitWords(value));
  if (key === 'User') return fields.set('user', value);
  if (key === 'ReadOnly') return value === 'true' ? fields.set('read_only', true) : undefined;
  if (key === 'PidsLimit') return fields.set('pids', Number(value));
  if (key === 'StopTimeout') return fields.set('stop_timeout', `${value}s`);
  if (key === 'Environment' || key === 'Label') {
    Object.assign(key === 'Label' ? at.labels : at.env, assignments(unitValues(value))?.values);
    return undefined;
  }
  if (key === 'Volume') return volume(at);
  if (key === 'Network') return network(at);
  if (key === 'Secret') return secret(at);
  if (key === 'PodmanArgs' || key === 'GlobalArgs') {
    for (const arg of unitValues(value)) if (!podmanArg(arg, at)) at.lost(`${arg} has no counterpart here`);
    return undefined;
  }
  if (key.startsWith('Health')) return healthKey(key, at);
  return at.lost('there is nothing like it here');
}

function image(at: At): unknown {
  const [given = ''] = unitValues(at.value);
  if (/\.(image|build)$/.test(given)) return at.decide(`say the image itself, not ${given}`);
  const { image: full, trouble } = fullImage(given);
  at.fields.set('image', full);
  if (trouble !== undefined) at.decide(trouble);
  return undefined;
}

function volume(at: At): unknown {
  const [given = ''] = unitValues(at.value);
  const [source = '', target, ...options] = given.split(':');
  if (target === undefined)
    return at.decide('a volume without a name is lost with its container: name it, or a directory');
  if (source.startsWith('%h') || source.startsWith('.')) return at.decide(`write the whole path of ${source}`);
  push(at.fields, 'volumes', [
    [unitName(at, source, { end: '.volume', section: 'Volume', key: 'VolumeName' }), target, ...options].join(':'),
  ]);
  return undefined;
}

function network(at: At): unknown {
  const [given = ''] = unitValues(at.value);
  const [name = '', options] = given.split(':');
  if (at.fields.has('network'))
    return at.lost(`a component is on one network here, which is ${String(at.fields.get('network'))}`);
  if (name.endsWith('.container') || name.startsWith('container'))
    return at.decide('containers have a network of their own: name one with network = "…"');
  const plain = unitName(at, name, { end: '.network', section: 'Network', key: 'NetworkName' });
  const isMode = ['pasta', 'slirp4netns', 'private', 'bridge'].includes(plain);
  if (!isMode) at.fields.set('network', plain);
  const other = (options ?? '').split(',').filter((option) => option !== '' && !option.startsWith('alias='));
  if (other.length > 0) at.lost(`${other.join(',')}: addresses are given by podman`);
  const settings = at.all.find(({ file }) => file.name.endsWith(`/${name}`) || file.name === name);
  if (settings !== undefined) networkTable(at, plain, settings);
  return undefined;
}

function networkTable({ draft }: At, name: string, { entries }: UnitFileRead): void {
  const fields: Fields = new Map();
  const own = entries.filter(({ section }) => section === 'Network');
  const subnets = own.filter(({ key }) => key === 'Subnet').map(({ value }) => value);
  if (subnets.length > 0) fields.set('subnets', subnets);
  for (const { key, value } of own) {
    if (key === 'Driver' && value !== 'bridge') fields.set('driver', value);
    if (key === 'Internal' && value === 'true') fields.set('internal', true);
    if (key === 'IPv6' && value === 'true') fields.set('ipv6', true);
  }
  if (fields.size > 0) draft.networks.push({ name, fields });
}

/** What a unit of that name is called in podman: by its own key, else `systemd-<name>`. */
function unitName(
  at: At,
  name: string,
  as: { readonly end: string; readonly section: string; readonly key: string },
): string {
  if (!name.endsWith(as.end)) return name;
  const unit = at.all.find(({ file }) => file.name === name || file.name.endsWith(`/${name}`));
  const own = unit?.entries.findLast(({ key, section }) => section === as.section && key === as.key)?.value;
  return own ?? `systemd-${name.slice(0, -as.end.length)}`;
}

function secret(at: At): unknown {
  const [given = ''] = unitValues(at.value);
  const [name = '', ...options] = given.split(',');
  const option = (key: string) => options.find((one) => one.startsWith(`${key}=`))?.slice(key.length + 1);
  const target = option('target');
  const found: Record<string, Scalar> = { name };
  if (option('type') === 'env') found.env = target ?? name;
  else if (target !== undefined) found.target = target.startsWith('/') ? target : `/run/secrets/${target}`;
  at.fields.set('secrets', [...((at.fields.get('secrets') as Record<string, Scalar>[] | undefined) ?? []), found]);
  return undefined;
}

function serviceKey({ key }: UnitEntry, at: At): unknown {
  const { value } = at;
  if (key === 'Restart') {
    const policy = value === 'no' || value === 'on-failure' ? value : value === 'always' ? 'always' : 'on-failure';
    at.fields.set('restart', policy);
  } else if (key === 'ExecStartPre' || key === 'ExecStartPost' || key === 'ExecStopPost')
    at.decide('commands around a start are jobs here: [[jobs]] with when = "before-start"');
  else if (key === 'EnvironmentFile') at.lost('put its lines into env; passwords into secrets');
  else if (!['RestartSec', 'TimeoutStartSec', 'TimeoutStopSec', 'Type', 'RemainAfterExit'].includes(key))
    at.lost('systemd no longer runs it');
  return undefined;
}

function unitKey({ key }: UnitEntry, { all, draft, lost, value }: At): unknown {
  if (key === 'Description' || key === 'Documentation') return undefined;
  if (['After', 'Requires', 'Wants', 'BindsTo'].includes(key)) {
    const units = unitValues(value).map((unit) => unit.replace(/\.(service|container)$/, ''));
    const known = units.flatMap((unit) =>
      all.filter(({ base, file }) => base === unit && file.name.endsWith('.container')),
    );
    const names = known.map(({ base, entries }) =>
      plainName(entries.find((entry) => entry.key === 'ContainerName')?.value ?? base),
    );
    draft.dependsOn = [...new Set([...draft.dependsOn, ...names])].filter((name) => name !== draft.name);
    const others = units.filter(
      (unit) =>
        !/network|local-fs|\.target$|\.network$|\.volume$/.test(unit) && !known.some(({ base }) => base === unit),
    );
    if (others.length > 0) lost(`${others.join(', ')}: not among the files given`);
    return undefined;
  }
  return lost('systemd no longer runs it');
}

function healthKey(key: string, { health, lost, value }: At): unknown {
  const times: Readonly<Record<string, string>> = {
    HealthInterval: 'interval',
    HealthTimeout: 'timeout',
    HealthStartPeriod: 'start_period',
  };
  const time = times[key];
  const text = durationText(value);
  if (key === 'HealthCmd') {
    const words = value.startsWith('[') ? list(value) : undefined;
    if (value === 'none') return health.set('type', 'running');
    health.set('type', 'exec');
    health.set(
      'command',
      words?.[0]?.startsWith('CMD') === true ? words.slice(1) : (words ?? ['/bin/sh', '-c', value]),
    );
  } else if (time !== undefined && text !== undefined) health.set(time, text);
  else if (key === 'HealthRetries') health.set('failures', Number(value));
  else lost('an unhealthy component is started again here');
  return undefined;
}

function push(fields: Fields, key: string, values: readonly string[]): void {
  fields.set(key, [...((fields.get(key) as string[] | undefined) ?? []), ...values]);
}

function list(value: string): string[] {
  try {
    const found: unknown = JSON.parse(value);
    return Array.isArray(found) ? found.map(String) : splitWords(value);
  } catch {
    return splitWords(value);
  }
}
